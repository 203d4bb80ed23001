import * as z from 'zod';
import { name, taskCount, text } from './names.ts';
import { parse, strict } from './parse.ts';
import { serviceManifest } from './service-manifest.ts';
import { parseSeconds } from './units.ts';

/** What the API is told, by the name that each shape has in OpenAPI. */
export const requests = z.registry<{ id: string }>();

const told = <Schema extends z.ZodType>(id: string, schema: Schema): Schema => {
  requests.add(schema, { id });
  return schema;
};

const actor = text(128).min(1).optional();
const message = text(500).optional();
const whenBusy = z.enum(['supersede', 'queue']).default('supersede');

const directory = z
  .string()
  .max(1024)
  .regex(/^(?:\/|[A-Za-z]:[\\/])[^\p{Cc}]*$/u, 'has to be an absolute path')
  .refine((path) => !path.split(/[\\/]/).includes('..'), 'may not hold ".."');

told('ServiceManifest', serviceManifest);

export const createDeployment = told(
  'CreateDeployment',
  strict({
    environment: name,
    app: name,
    service: name,
    spec: serviceManifest,
    directory: directory.optional(),
    whenBusy,
    actor,
    message,
  }),
);

export const rollback = told(
  'Rollback',
  strict({
    release: z.int().min(1).optional(),
    whenBusy,
    actor,
    message,
  }),
);

export const scale = told('Scale', strict({ count: taskCount, actor }));
export const act = told('Act', strict({ actor }));

/** A whole number in a query. */
const number = (atMost: number, otherwise: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, `has to be a whole number from 1 to ${atMost}`)
    .transform(Number)
    .pipe(z.int().min(1).max(atMost))
    .prefault(String(otherwise));

const after = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^[\x21-\x7e]*$/, 'has to be the `next` of an earlier page')
  .optional();

export const paged = strict({ limit: number(100, 20), after });

export const tasksQuery = strict({
  status: z.enum(['running', 'stopped', 'all']).default('running'),
  limit: number(100, 20),
  after,
});

/** A moment, as ISO 8601 (`2026-05-01T10:00:00Z`) or as the time ago (`10m`). */
const when = z
  .string()
  .max(40)
  .refine(
    (value) => parseSeconds(value) !== undefined || parse(z.iso.datetime({ offset: true }), value).ok,
    'has to be a moment (2026-05-01T10:00:00Z) or a time ago (10m)',
  );

export const logsQuery = strict({
  since: when.default('1h'),
  until: when.optional(),
  /** The id of a task; without it, all tasks of the service. */
  task: z
    .string()
    .regex(/^[a-f0-9]{32}$/, 'has to be the id of a task, 32 hexadecimal digits')
    .optional(),
  /** Text that a line has to hold. */
  filter: text(200).min(1).optional(),
  limit: number(1000, 100),
  after,
});

/** A caller's own name for a request: the same key and body are the same request. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, 'has to be 1 to 128 visible ASCII characters');

export type CreateDeployment = z.output<typeof createDeployment>;
export type Rollback = z.output<typeof rollback>;
export type Scale = z.output<typeof scale>;
export type Act = z.output<typeof act>;
export type LogsQuery = z.output<typeof logsQuery>;
export type TasksQuery = z.output<typeof tasksQuery>;
