import * as z from 'zod/mini';
import { missingJobs } from './deploy-manifest.ts';
import { jobs } from './job-manifest.ts';
import { jobsNotDescribed, services } from './manifest.ts';
import { lockId, name, taskCount, text } from './names.ts';
import { after, number } from './paging.ts';
import { parse, strict } from './parse.ts';
import { serviceManifest } from './service-manifest.ts';
import { parseSeconds } from './units.ts';

/** What the API is told, by the name that each shape has in OpenAPI. */
export const requests = z.registry<{ id: string }>();

const told = <Schema extends z.core.$ZodType>(id: string, schema: Schema): Schema => {
  requests.add(schema, { id });
  return schema;
};

const actor = z.optional(text(128).check(z.minLength(1)));
const message = z.optional(text(500));
const whenBusy = z._default(z.enum(['supersede', 'queue']), 'supersede');

const directory = z.string().check(
  z.maxLength(1024),
  z.regex(/^(?:\/|[A-Za-z]:[\\/])[^\p{Cc}]*$/u, 'has to be an absolute path'),
  z.refine((path) => !path.split(/[\\/]/).includes('..'), 'may not hold ".."'),
);

told('ServiceManifest', serviceManifest);

export const createDeployment = told(
  'CreateDeployment',
  strict({
    environment: name,
    app: name,
    service: name,
    spec: serviceManifest,
    /** The manifest's jobs; those that `spec.deploy` names have to be among them. */
    jobs: z.optional(jobs()),
    directory: z.optional(directory),
    whenBusy,
    actor,
    message,
  }).check(
    z.superRefine(({ spec, jobs = {} }, context) => {
      for (const { path, detail } of missingJobs(spec.deploy, jobs))
        context.addIssue({ code: 'custom', path: ['spec', 'deploy', ...path.split('/')], message: detail });
    }),
  ),
);

/** Several services of a manifest, deployed in the order in which they need each other, and taken back as one. */
export const createApplication = told(
  'CreateApplication',
  strict({
    environment: name,
    app: name,
    services,
    jobs: z.optional(jobs()),
    directory: z.optional(directory),
    whenBusy,
    actor,
    message,
  }).check(
    z.superRefine((whole, context) => {
      for (const { path, detail } of jobsNotDescribed(whole))
        context.addIssue({ code: 'custom', path, message: detail });
    }),
  ),
);

export const rollback = told(
  'Rollback',
  strict({
    release: z.optional(z.int().check(z.minimum(1))),
    whenBusy,
    actor,
    message,
  }),
);

export const scale = told('Scale', strict({ count: taskCount, actor }));
export const adopt = told('Adopt', strict({ app: z.optional(name), actor }));
export const mend = told('Mend', strict({ actor, message }));
export const act = told('Act', strict({ actor }));
const reason = z.optional(text(500));
/** What a person, or CI, says to a deployment. */
export const control = told('Control', strict({ actor, reason }));

/** A whole number in a query that may be left out. */
const optionalNumber = (atLeast: number, atMost: number) =>
  z.optional(
    z.pipe(
      z.pipe(
        z.string().check(z.regex(/^\d{1,9}$/, `has to be a whole number from ${atLeast} to ${atMost}`)),
        z.transform(Number),
      ),
      z.int().check(z.minimum(atLeast), z.maximum(atMost)),
    ),
  );

export const mostWaitSeconds = 15;

/** `since`: the version that is known; `wait`: how many seconds news is waited for (ADR 14). */
export const watchQuery = strict({
  since: optionalNumber(0, 999_999_999),
  wait: optionalNumber(0, mostWaitSeconds),
});

export const tasksQuery = strict({
  status: z._default(z.enum(['running', 'stopped', 'all']), 'running'),
  limit: number(100, 20),
  after,
});

const moment = z.iso.datetime({ offset: true });

/** A moment, as ISO 8601 (`2026-05-01T10:00:00Z`) or as the time ago (`10m`). */
const when = z.string().check(
  z.maxLength(40),
  z.refine(
    (value) => parseSeconds(value) !== undefined || parse(moment, value).ok,
    'has to be a moment (2026-05-01T10:00:00Z) or a time ago (10m)',
  ),
);

export const lock = told(
  'LockRequest',
  strict({
    /** Why, for those who wait. */
    message: text(500).check(z.minLength(1)),
    /** When it ends by itself; without, it stands until somebody takes it away. */
    until: z.optional(moment),
    actor,
  }),
);

export const unlock = told(
  'Unlock',
  strict({
    /** These; without, the one that stands. */
    locks: z.optional(z.array(lockId).check(z.minLength(1), z.maxLength(100))),
    reason: message,
    actor,
  }),
);

export const logsQuery = strict({
  since: z._default(when, '1h'),
  until: z.optional(when),
  /** The id of a task; without it, all tasks of the service. */
  task: z.optional(
    z.string().check(z.regex(/^[a-f0-9]{32}$/, 'has to be the id of a task, 32 hexadecimal digits')),
  ),
  /** Text that a line has to hold. */
  filter: z.optional(text(200).check(z.minLength(1))),
  limit: number(1000, 100),
  after,
});

export type CreateDeployment = z.output<typeof createDeployment>;
export type CreateApplication = z.output<typeof createApplication>;
export type Rollback = z.output<typeof rollback>;
export type Scale = z.output<typeof scale>;
export type Act = z.output<typeof act>;
export type Control = z.output<typeof control>;
export type LogsQuery = z.output<typeof logsQuery>;
export type TasksQuery = z.output<typeof tasksQuery>;
