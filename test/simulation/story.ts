import type { Strategy } from '../../core/deployments/course/model.ts';
import { type CourseTraits, drawCourse, drawStrategy, plainCourse } from './courses.ts';
import type { FaultName } from './faults.ts';
import { drawPushes, type Push } from './pushes.ts';
import type { Random } from './random.ts';

/** How a release behaves; its image carries the name. */
export const behaviours = [
  'works',
  'crashes',
  'sickens',
  'never-starts',
  'stuck',
  /** It serves, and fails more often than others. */
  'worse',
  /** It is healthy, and ends a little later. */
  'dies',
] as const;
export type Behaviour = (typeof behaviours)[number];

/** What somebody outside of Berth changes. */
export const outsideChanges = [
  'count',
  'force',
  'release',
  'delete',
  'stop-deployment',
  'deregister',
  'continue-hook',
  'roll-back-hook',
] as const;
export type OutsideChange = (typeof outsideChanges)[number];

/** What is said to a deployment. */
export const controls = ['approve', 'promote', 'skip', 'pause', 'resume', 'abort'] as const;
export type Control = (typeof controls)[number];

/** Who deploys, and somebody else. */
export const deployer = 'ann';
export type Person = typeof deployer | 'bob';

/** What people do, and what happens outside of Berth. `at` is milliseconds from the beginning. */
export type Step = { readonly at: number; readonly service: string } & (
  | {
      readonly do: 'deploy';
      readonly behaviour: Behaviour;
      readonly version: number;
      readonly whenBusy: 'supersede' | 'queue';
      readonly count?: number;
      readonly course: CourseTraits;
    }
  /** Several services as one, each after those before it where they need each other. */
  | { readonly do: 'deploy-together'; readonly parts: readonly DeployStep[]; readonly inOrder: boolean }
  | { readonly do: 'abort-together' }
  | { readonly do: Control; readonly who: Person }
  | { readonly do: 'lock'; readonly of: 'environment' | 'service'; readonly seconds?: number }
  | { readonly do: 'unlock'; readonly of: 'environment' | 'service' }
  | { readonly do: 'roll-back'; readonly whenBusy: 'supersede' | 'queue' }
  | { readonly do: 'scale'; readonly count: number }
  | { readonly do: 'change-outside'; readonly change: OutsideChange }
  | { readonly do: 'kill-a-task' }
  | { readonly do: 'push'; readonly push: Push }
  /** Tasks are run with a token, as jobs are; `again` says when it is asked for once more, and with what. */
  | { readonly do: 'run-tasks'; readonly token: string; readonly run: RunShape }
);

export type DeployStep = Extract<Step, { do: 'deploy' }>;

/** What tasks do that are run by themselves. */
export const runBehaviours = ['ends', 'fails', 'side-car ends first', 'runs on'] as const;

export interface RunShape {
  readonly count: number;
  readonly behaviour: (typeof runBehaviours)[number];
}

export const stepNames = [
  'deploy',
  'deploy-together',
  'abort-together',
  ...controls,
  'lock',
  'unlock',
  'roll-back',
  'scale',
  'change-outside',
  'kill-a-task',
  'push',
  'run-tasks',
] as const;

export interface Story {
  readonly services: readonly ServiceTraits[];
  readonly steps: readonly Step[];
  readonly night: Night | undefined;
}

/** What stays the same over all releases of a service. */
export interface ServiceTraits {
  readonly name: string;
  /** How most of its deployments go. */
  readonly strategy: Strategy;
  /** Whether commits deploy it by themselves. */
  readonly isPushed?: true;
  /** Whether anybody makes use of it: else there is nothing to judge by. */
  readonly hasTraffic: boolean;
  readonly listen?: number;
  /** Whether its containers have a health check. */
  readonly checked: boolean;
  readonly circuitBreaker: boolean;
  readonly timeoutSeconds: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
}

/** In the midst of a story something is out of order for hours; nobody does anything meanwhile. */
export interface Night {
  readonly at: number;
  readonly lengthMs: number;
  readonly fault: FaultName;
  /** For example `Berth is away for 24 h`. */
  readonly name: string;
}

const hourMs = 3600_000;

const nights: readonly [readonly [FaultName, number], ...(readonly [FaultName, number])[]] = [
  ['Berth is away', 1],
  ['Berth is away', 24],
  ['Berth is away', 25],
  ['the store is unavailable', 3],
  ['ECS is unavailable', 1.1],
  ['ECS refuses writes', 1.1],
  ['ECS refuses reads', 1.1],
  ['EventBridge holds events back', 1],
];

export const nightNames = nights.map(([fault, hours]) => nameOfNight(fault, hours));

function nameOfNight(fault: FaultName, hours: number): string {
  return `${fault} for ${hours} h`;
}

/** A few deployments within `lengthMs`, and what else people do meanwhile. */
export function drawStory(all: Random, lengthMs: number): Story {
  const random = all.fork('story');
  const night = random.chance(0.03) ? drawNight(random, lengthMs) : undefined;
  const names = random.chance(0.25) ? ['web', 'mail'] : ['web'];
  const drawn = names.map((name, place) => drawTraits(random, name, place, night !== undefined));
  const pushing = all.fork('pushes');
  const isPushed = night === undefined && pushing.chance(0.12);
  const services = isPushed ? drawn.map((one) => ({ ...one, isPushed: true as const })) : drawn;
  const drawing: Drawing = { random, lengthMs, hasNight: night !== undefined };
  const steps = [
    ...services.flatMap((traits) => stepsFor(drawing, traits)),
    ...(random.chance(0.3) ? runs(drawing) : []),
    ...(services.length > 1 ? together(drawing, services) : []),
    ...(isPushed ? pushes(pushing, lengthMs, services) : []),
  ];
  return { services, steps: steps.sort((one, other) => one.at - other.at), night };
}

function pushes(random: Random, lengthMs: number, services: readonly ServiceTraits[]): Step[] {
  const [{ name: service } = { name: '' }] = services;
  return drawPushes(random, lengthMs).map((one) => ({ do: 'push', service, ...one }));
}

interface Drawing {
  readonly random: Random;
  readonly lengthMs: number;
  readonly hasNight: boolean;
}

function drawNight(random: Random, lengthMs: number): Night {
  const [fault, hours] = random.pick(nights);
  const at = random.between(5_000, lengthMs / 2);
  return { at, lengthMs: hours * hourMs, fault, name: nameOfNight(fault, hours) };
}

/** Through a night only what costs nothing while it is left alone is kept: no checks, no endless restarts. */
function drawTraits(random: Random, name: string, place: number, hasNight: boolean): ServiceTraits {
  const [minimumHealthyPercent, maximumPercent] = random.pick<readonly [number, number]>([
    [100, 200],
    [100, 200],
    [50, 200],
    [0, 100],
    [50, 150],
  ]);
  const isBalanced = !hasNight && random.chance(0.6);
  return {
    name,
    strategy: random.chance(0.3) ? 'rolling' : drawStrategy(random, isBalanced),
    hasTraffic: random.chance(0.85),
    ...(isBalanced && { listen: 8001 + place }),
    checked: !hasNight,
    circuitBreaker: hasNight || random.chance(0.8),
    timeoutSeconds: random.pick([60, 75, 120]),
    minimumHealthyPercent,
    maximumPercent,
  };
}

function stepsFor(drawing: Drawing, traits: ServiceTraits): Step[] {
  const { random, lengthMs } = drawing;
  const { maximumPercent, strategy } = traits;
  const first = deploy(
    drawing,
    traits,
    1,
    random.between(0, 2_000),
    random.chance(0.8) ? 'works' : undefined,
  );
  const isHasty = random.chance(strategy === 'rolling' ? 0.4 : 0.2);
  const most = isHasty ? 7 : strategy === 'rolling' ? 5 : 4;
  const others = Array.from({ length: random.between(1, most) }, (_, place) =>
    drawStep(drawing, traits, place + 2, random.between(1_000, isHasty ? lengthMs / 4 : lengthMs)),
  );
  // One task at 50/150 could never be replaced, and is refused.
  const begun = maximumPercent === 150 ? { ...first, count: random.between(2, 3) } : first;
  return [begun, ...others, ...secondThoughts(random, others), ...words(random, others)];
}

/** Now and then a deployment is stopped as soon as it has begun. */
function secondThoughts(random: Random, steps: readonly Step[]): Step[] {
  return steps
    .filter((step) => step.do === 'deploy' && random.chance(0.2))
    .map(({ at, service }) => ({
      do: 'abort',
      who: 'bob',
      at: at + random.between(300, random.chance(0.5) ? 4_000 : 40_000),
      service,
    }));
}

/** Who deploys by steps or through gates is followed by people who have something to say. */
function words(random: Random, steps: readonly Step[]): Step[] {
  return steps.flatMap((step) => {
    if (step.do !== 'deploy' || step.course.strategy === 'rolling') return [];
    const { at, service } = step;
    const isAsked = step.course.approval !== undefined && random.chance(0.7);
    const approval: Step[] = isAsked
      ? [{ do: 'approve', who: 'bob', at: at + random.between(2_000, 40_000), service }]
      : [];
    const others = Array.from({ length: random.between(0, 3) }, () =>
      drawSaying(random, service, at + random.between(2_000, 60_000)),
    );
    return [...approval, ...others];
  });
}

function deploy(
  { random, hasNight }: Drawing,
  { name: service, strategy, listen }: ServiceTraits,
  version: number,
  at: number,
  behaviour?: Behaviour,
): Step {
  const some =
    strategy === 'rolling'
      ? (['works', 'works', 'works', 'crashes', 'never-starts'] as const)
      : (['works', 'works', 'works', 'works', 'worse', 'worse', 'crashes', 'never-starts'] as const);
  return {
    do: 'deploy',
    at,
    service,
    behaviour:
      behaviour ??
      (hasNight ? random.pick(some) : random.pick([...some, 'sickens', 'stuck', 'worse', 'dies'])),
    version: random.chance(0.15) ? Math.max(1, version - 1) : version,
    whenBusy: random.chance(strategy === 'rolling' ? 0.4 : 0.65) ? 'queue' : 'supersede',
    ...(random.chance(0.4) && { count: random.between(1, 3) }),
    course: random.chance(version === 1 ? 0.3 : 0.8)
      ? drawCourse(random, random.chance(0.85) ? strategy : 'rolling', listen !== undefined)
      : plainCourse,
  };
}

function drawStep(drawing: Drawing, traits: ServiceTraits, version: number, at: number): Step {
  const { random } = drawing;
  const { name: service, strategy } = traits;
  const kind = random.next();
  if (strategy !== 'rolling' && random.chance(0.5)) return deploy(drawing, traits, version, at);
  if (kind < 0.5) return deploy(drawing, traits, version, at);
  if (kind < 0.6) return { do: 'roll-back', at, service, whenBusy: random.pick(['supersede', 'queue']) };
  if (kind < 0.72) return drawSaying(random, service, at);
  if (kind < 0.84) return { do: 'scale', at, service, count: random.between(0, 4) };
  if (kind < 0.93) return { do: 'change-outside', at, service, change: random.pick(outsideChanges) };
  return { do: 'kill-a-task', at, service };
}

function drawSaying(random: Random, service: string, at: number): Step {
  const of = random.pick(['environment', 'service'] as const);
  const kind = random.next();
  if (kind < 0.1) return { do: 'unlock', of, at, service };
  if (kind < 0.25)
    return { do: 'lock', of, at, service, ...(random.chance(0.6) && { seconds: random.between(5, 60) }) };
  const all = ['approve', 'promote', 'skip', 'skip', 'skip', 'pause', 'pause', 'resume', 'abort'] as const;
  return { do: random.pick(all), who: random.pick(['ann', 'bob', 'bob']), at, service };
}

/** The services are deployed as one, once or twice. */
function together(drawing: Drawing, services: readonly ServiceTraits[]): Step[] {
  const { random, lengthMs } = drawing;
  return Array.from({ length: random.between(0, 2) }, (_, place): Step[] => {
    const at = random.between(20_000, lengthMs);
    const parts = services.map((traits) => {
      const step = deploy(drawing, traits, 20 + place, at);
      // One task at 50/150 could never be replaced, and is refused.
      return (traits.maximumPercent === 150 ? { ...step, count: 2 } : step) as DeployStep;
    });
    const aborting: Step = { do: 'abort-together', at: at + random.between(1_000, 60_000), service: 'web' };
    return [
      { do: 'deploy-together', at, service: 'web', parts, inOrder: random.chance(0.6) },
      ...(random.chance(0.25) ? [aborting] : []),
    ];
  }).flat();
}

/** Tokens are asked for again and again, mostly with the same parameters. */
function runs({ random, lengthMs, hasNight }: Drawing): Step[] {
  const shapes = hasNight ? (['ends', 'fails'] as const) : runBehaviours;
  return Array.from({ length: random.between(1, 2) }, (_, place) => {
    const run: RunShape = { count: random.between(1, 3), behaviour: random.pick(shapes) };
    return Array.from(
      { length: random.between(1, 4) },
      (): Step => ({
        do: 'run-tasks',
        at: random.between(0, lengthMs),
        service: 'runner',
        token: `token-${place}`,
        run: random.chance(0.2) ? { ...run, count: run.count + 1 } : run,
      }),
    );
  }).flat();
}
