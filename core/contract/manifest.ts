import * as z from 'zod';
import { name } from './names.ts';
import { type Parsed, parse, strict } from './parse.ts';
import { listenPortOf, serviceManifest } from './service-manifest.ts';

const maxServices = 50;

const services = z
  .record(name, serviceManifest)
  .refine((all) => Object.keys(all).length > 0, 'has to hold at least one service')
  .refine((all) => Object.keys(all).length <= maxServices, `may hold at most ${maxServices} services`)
  .superRefine((all, context) => {
    const listeners = new Map<number, string>();
    for (const [service, settings] of Object.entries(all)) {
      const port = listenPortOf(settings);
      if (port === undefined) continue;
      const other = listeners.get(port);
      if (other !== undefined)
        context.addIssue({
          code: 'custom',
          path: [service, 'listen'],
          message: `port ${port} of the load balancer is taken by "${other}": give this service another \`listen\``,
        });
      listeners.set(port, service);
    }
  });

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
