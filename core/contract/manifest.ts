import * as z from 'zod/mini';
import { missingJobs } from './deploy-manifest.ts';
import { type JobManifests, jobs } from './job-manifest.ts';
import { name } from './names.ts';
import { type Parsed, parse, strict } from './parse.ts';
import { listenPortOf, type ServiceManifest, serviceManifest } from './service-manifest.ts';

const maxServices = 50;

/** The services of a manifest, by name. */
export const services = z.record(name, serviceManifest).check(
  z.refine((all) => Object.keys(all).length > 0, 'has to hold at least one service'),
  z.refine((all) => Object.keys(all).length <= maxServices, `may hold at most ${maxServices} services`),
  z.superRefine((all, context) => {
    for (const { path, detail } of [...portsTakenTwice(all), ...needsThatCannotBe(all)])
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

type Services = Readonly<Record<string, Pick<ServiceManifest, 'needs'>>>;

/** Services that need one that is not there, or each other in a circle. */
export function* needsThatCannotBe(all: Services) {
  for (const [service, { needs = [] }] of Object.entries(all)) {
    for (const [place, needed] of needs.entries()) {
      if (Object.hasOwn(all, needed)) continue;
      const known = Object.keys(all).join(', ');
      yield {
        path: [service, 'needs', place],
        detail: `names "${needed}", which is no service of this manifest; it has ${known}`,
      };
    }
    const circle = circleFrom(all, service);
    if (circle)
      yield {
        path: [service, 'needs'],
        detail: `goes in a circle, ${circle.join(' → ')}: none of them could be the first`,
      };
  }
}

/** The shortest way from a service back to itself. A circle is told once, where the first of its names stands. */
function circleFrom(all: Services, start: string): readonly string[] | undefined {
  const ways: (readonly string[])[] = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const needed of all[way.at(-1)!]?.needs ?? []) {
      if (needed === start) return way.some((name) => name < start) ? undefined : [...way, needed];
      if (!Object.hasOwn(all, needed) || seen.has(needed)) continue;
      seen.add(needed);
      ways.push([...way, needed]);
    }
  }
  return undefined;
}

/** The jobs that services name and nobody describes, each with the place where it is named. */
export function* jobsNotDescribed({
  services: all,
  jobs: described = {},
}: {
  readonly services: Readonly<Record<string, Pick<ServiceManifest, 'deploy'>>>;
  readonly jobs?: JobManifests | undefined;
}) {
  for (const [service, { deploy }] of Object.entries(all))
    for (const { path, detail } of missingJobs(deploy, described))
      yield { path: ['services', service, 'deploy', ...path.split('/')], detail };
}

/** `berth.yaml`: an application, its services and the jobs of their deployments. */
export const manifest = strict(
  { app: name, services, jobs: z.optional(jobs()) },
  {
    queues: 'only `services`, and `jobs` before and after their deployments, can be run',
    schedules: 'only `services`, and `jobs` before and after their deployments, can be run',
  },
).check(
  z.superRefine((whole, context) => {
    for (const { path, detail } of jobsNotDescribed(whole))
      context.addIssue({ code: 'custom', path, message: detail });
  }),
);

export type Manifest = z.output<typeof manifest>;

/** Reads what a YAML or JSON parser made of a manifest. Errors name the place by a JSON pointer. */
export const parseManifest = (value: unknown): Parsed<Manifest> => parse(manifest, value);
