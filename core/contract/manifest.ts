import * as z from 'zod/mini';
import { name } from './names.ts';
import { type Parsed, parse, strict } from './parse.ts';
import { listenPortOf, type ServiceManifest, serviceManifest } from './service-manifest.ts';

const maxServices = 50;

const services = z.record(name, serviceManifest).check(
  z.refine((all) => Object.keys(all).length > 0, 'has to hold at least one service'),
  z.refine((all) => Object.keys(all).length <= maxServices, `may hold at most ${maxServices} services`),
  z.superRefine((all, context) => {
    for (const { path, detail } of portsTakenTwice(all))
      context.addIssue({ code: 'custom', path, message: detail });
  }),
);

function* portsTakenTwice(all: Readonly<Record<string, ServiceManifest>>) {
  const listeners = new Map<number, string>();
  for (const [service, settings] of Object.entries(all)) {
    const port = listenPortOf(settings);
    if (port === undefined) continue;
    const other = listeners.get(port);
    if (other !== undefined)
      yield {
        path: [service, 'listen'],
        detail: `port ${port} of the load balancer is taken by "${other}": give this service another \`listen\``,
      };
    listeners.set(port, service);
  }
}

/** `berth.yaml`: an application and its services. */
export const manifest = strict(
  { app: name, services },
  {
    jobs: 'only `services` can be deployed',
    queues: 'only `services` can be deployed',
    schedules: 'only `services` can be deployed',
  },
);

export type Manifest = z.output<typeof manifest>;

/** Reads what a YAML or JSON parser made of a manifest. Errors name the place by a JSON pointer. */
export const parseManifest = (value: unknown): Parsed<Manifest> => parse(manifest, value);
