import type { Random } from './random.ts';

/** How a release behaves; its image carries the name. */
export const behaviours = ['works', 'crashes', 'sickens', 'never-starts'] as const;
export type Behaviour = (typeof behaviours)[number];

/** What people do, and what happens outside of Berth. `at` is milliseconds from the beginning. */
export type Step = { readonly at: number; readonly service: string } & (
  | {
      readonly do: 'deploy';
      readonly behaviour: Behaviour;
      readonly version: number;
      readonly whenBusy: 'supersede' | 'queue';
      readonly count?: number;
    }
  | { readonly do: 'roll-back'; readonly whenBusy: 'supersede' | 'queue' }
  | { readonly do: 'abort' }
  | { readonly do: 'scale'; readonly count: number }
  | { readonly do: 'change-outside'; readonly change: 'count' | 'force' | 'release' }
  | { readonly do: 'kill-a-task' }
);

export interface Story {
  readonly services: readonly ServiceTraits[];
  readonly steps: readonly Step[];
}

/** What stays the same over all releases of a service. */
export interface ServiceTraits {
  readonly name: string;
  readonly listen?: number;
  readonly circuitBreaker: boolean;
  readonly timeoutSeconds: number;
}

export const stepNames = ['deploy', 'roll-back', 'abort', 'scale', 'change-outside', 'kill-a-task'] as const;

/** A few deployments within `lengthMs`, and what else people do meanwhile. */
export function drawStory(all: Random, lengthMs: number): Story {
  const random = all.fork('story');
  const services = (random.chance(0.25) ? ['web', 'mail'] : ['web']).map((name, place) => ({
    name,
    ...(random.chance(0.4) && { listen: 8001 + place }),
    circuitBreaker: random.chance(0.8),
    timeoutSeconds: random.pick([60, 75, 120]),
  }));
  const steps = services.flatMap(({ name }) => {
    const first = deploy(random, name, 1, random.between(0, 2_000), random.chance(0.8) ? 'works' : undefined);
    const isHasty = random.chance(0.4);
    const others = Array.from({ length: random.between(1, isHasty ? 7 : 5) }, (_, place) =>
      drawStep(random, name, place + 2, random.between(1_000, isHasty ? lengthMs / 4 : lengthMs)),
    );
    return [first, ...others, ...secondThoughts(random, others)];
  });
  return { services, steps: steps.sort((one, other) => one.at - other.at) };
}

/** Now and then a deployment is stopped as soon as it has begun. */
function secondThoughts(random: Random, steps: readonly Step[]): Step[] {
  return steps
    .filter((step) => step.do === 'deploy' && random.chance(0.2))
    .map(({ at, service }) => ({ do: 'abort', at: at + random.between(300, 4_000), service }));
}

function deploy(random: Random, service: string, version: number, at: number, behaviour?: Behaviour): Step {
  return {
    do: 'deploy',
    at,
    service,
    behaviour: behaviour ?? random.pick(['works', 'works', 'works', 'crashes', 'sickens', 'never-starts']),
    version: random.chance(0.15) ? Math.max(1, version - 1) : version,
    whenBusy: random.chance(0.4) ? 'queue' : 'supersede',
    ...(random.chance(0.4) && { count: random.between(1, 3) }),
  };
}

function drawStep(random: Random, service: string, version: number, at: number): Step {
  const kind = random.next();
  if (kind < 0.5) return deploy(random, service, version, at);
  if (kind < 0.6) return { do: 'roll-back', at, service, whenBusy: random.pick(['supersede', 'queue']) };
  if (kind < 0.72) return { do: 'abort', at, service };
  if (kind < 0.84) return { do: 'scale', at, service, count: random.between(0, 4) };
  if (kind < 0.93)
    return { do: 'change-outside', at, service, change: random.pick(['count', 'force', 'release']) };
  return { do: 'kill-a-task', at, service };
}
