import * as z from 'zod/mini';
import { ci } from './ci-manifest.ts';
import { defaults } from './defaults.ts';
import { deploy, deployProblems } from './deploy-manifest.ts';
import { image, name, port, taskCount } from './names.ts';
import { strict } from './parse.ts';
import { rolloutProblem } from './rollout.ts';
import { sizeProblem } from './sizes.ts';
import { cpu, duration, memory } from './units.ts';
import { environment, secrets } from './variables.ts';
import { argv } from './words.ts';

const times = z.int().check(z.minimum(2), z.maximum(10));

const path = z
  .string()
  .check(
    z.maxLength(1024),
    z.regex(/^\/[\w\-.~!$&'()*+,;=:@%/?]*$/, 'has to be a path that begins with "/"'),
  );

const health = strict({
  path: z.optional(path),
  command: z.optional(argv()),
  interval: z._default(duration(5, 300), defaults['health.interval']),
  timeout: z.optional(duration(2, 60)),
  healthy: z._default(times, defaults['health.healthy']),
  unhealthy: z._default(times, defaults['health.unhealthy']),
  grace: z._default(duration(0, 7200), defaults['health.grace']),
}).check(
  z.superRefine((check, context) => {
    const refuse = (at: string[], message: string) => context.addIssue({ code: 'custom', path: at, message });
    if ((check.path === undefined) === (check.command === undefined))
      refuse([], 'has to have either `path` (asked over HTTP) or `command` (run in the container)');
    if (check.timeout !== undefined && check.timeout >= check.interval)
      refuse(['timeout'], `has to be shorter than the interval, ${check.interval}s`);
    if (check.command?.length === 1 && /\s/.test(check.command[0]!))
      refuse(
        ['command'],
        'is one word with blanks in it: write each word of the command as an item of its own',
      );
  }),
);

const shape = strict(
  {
    image: z.optional(image),
    run: z.optional(argv()),
    command: z.optional(argv()),
    cpu: z._default(cpu(), defaults.cpu),
    memory: z._default(memory(), defaults.memory),
    port: z.optional(port),
    listen: z.optional(z.union([port, z.literal(false)], { error: 'has to be a port, or false' })),
    health: z.optional(health),
    environment: z.prefault(environment(), {}),
    secrets: z.prefault(secrets(), {}),
    count: z.optional(taskCount),
    deploy: z.prefault(deploy, {}),
    needs: z.optional(z.array(name).check(z.maxLength(50))),
    ci: z.optional(ci),
  },
  { scale: 'set `count`, or use `berth scale`' },
);

/** A service of `berth.yaml`, with every default filled in. */
export type ServiceManifest = z.output<typeof shape>;

export const serviceManifest = shape.check(
  z.superRefine((service, context) => {
    for (const { path: at, detail } of problemsOf(service))
      context.addIssue({ code: 'custom', path: at === '' ? [] : at.split('/'), message: detail });
  }),
);

/** The load balancer's port of a service; undefined when it is not behind it. */
export const listenPortOf = (service: Pick<ServiceManifest, 'listen' | 'port'>): number | undefined =>
  service.listen === false ? undefined : (service.listen ?? service.port);

interface Finding {
  readonly path: string;
  readonly detail: string;
}

/** What only shows when several keys are looked at together. */
function problemsOf(service: ServiceManifest): readonly Finding[] {
  return [...whatRuns(service), ...howItIsReached(service), ...howItMoves(service), ...howLarge(service)];
}

/** ECS keeps at most 64 KiB of a task definition; what is larger could be written down here and never be run. */
const maxReleaseBytes = 60_000;
/** A service remembers the health checks of many releases. */
const maxHealthBytes = 4096;

function howLarge({ image: reference, run, command, health: check, environment, secrets }: ServiceManifest) {
  const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;
  const release = bytesOf({ reference, run, command, check, environment, secrets });
  const health = bytesOf(check ?? {});
  const findings: Finding[] = [];
  if (release > maxReleaseBytes)
    findings.push({
      path: '',
      detail: `takes ${release} bytes and may take ${maxReleaseBytes}, for ECS keeps 64 KiB of a task definition: shorten commands, environment or secrets`,
    });
  if (health > maxHealthBytes)
    findings.push({
      path: 'health/command',
      detail: `makes the health check ${health} bytes long, and it may be ${maxHealthBytes}: put it into a script`,
    });
  return findings;
}

function whatRuns({
  image: reference,
  run,
  cpu: units,
  memory: size,
  ...service
}: ServiceManifest): Finding[] {
  const sizes = sizeProblem(units, size);
  const both = Object.keys(service.secrets).filter((name) => Object.hasOwn(service.environment, name));
  return [
    ...(reference === undefined && run === undefined
      ? [{ path: '', detail: 'has to have an `image`, or `run` for a machine without containers' }]
      : []),
    ...(sizes ? [sizes] : []),
    ...both.map((name) => ({
      path: `secrets/${name}`,
      detail: 'stands in `environment` too; keep one of them',
    })),
  ];
}

function howItIsReached(service: ServiceManifest): Finding[] {
  const listens = listenPortOf(service) !== undefined;
  return [
    ...(service.port === undefined && typeof service.listen === 'number'
      ? [{ path: 'listen', detail: 'needs `port`, the port of the container that requests go to' }]
      : []),
    ...(service.health?.path !== undefined && !(listens && service.port !== undefined)
      ? [
          {
            path: 'health/path',
            detail: 'is asked by the load balancer: it needs `port`, and `listen` that is not false',
          },
        ]
      : []),
  ];
}

/** Without a count of its own, a service may have any; what can never move for any is refused at once. */
function howItMoves(service: ServiceManifest): Finding[] {
  const { count, deploy: limits } = service;
  const isNever = limits.minimumHealthyPercent === 100 && limits.maximumPercent === 100;
  const detail = rolloutProblem(count ?? (isNever ? 1 : 0), limits);
  const isBalanced = listenPortOf(service) !== undefined;
  return [
    ...(detail === undefined ? [] : [{ path: 'deploy', detail }]),
    ...deployProblems(limits, { isBalanced }).map((one) => ({ ...one, path: `deploy/${one.path}` })),
  ];
}
