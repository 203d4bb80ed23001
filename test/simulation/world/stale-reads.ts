import type { VirtualClock } from '../../../local/support/clock.ts';
import type { Weather } from '../faults.ts';
import type { Random } from '../random.ts';
import { cluster, type SimulatedEcs } from './ecs.ts';

type Json = Readonly<Record<string, unknown>>;

/** How far a read of ECS may lag behind. */
export const maxLagMs = 8_000;

export type StaleReads = ReturnType<typeof staleReads>;

/** Answers DescribeServices, now and then as it would have been answered a moment ago. */
export function staleReads(
  clock: VirtualClock,
  weather: Weather,
  random: Random,
  ecs: SimulatedEcs,
  looked: (ecsName: string) => void,
) {
  const past = new Map<string, { readonly at: number; readonly answer: Json }[]>();
  const isKept = weather.active.includes('a read of a service is stale');

  const read = (service: string): Json => {
    const answer = ecs.call('DescribeServices', { cluster, services: [service] });
    looked(service);
    const all = past.get(service) ?? [];
    if (isKept) past.set(service, [...all, { at: clock.now(), answer }].slice(-60));
    return answer;
  };
  return {
    /** To be called after every write: what was true until then is what a stale read shows. */
    sample(): void {
      if (isKept) for (const service of past.keys()) read(service);
    },
    describe(input: Json): Json {
      const service = (input.services as string[])[0] ?? '';
      const answer = read(service);
      if (!weather.strikes('a read of a service is stale')) return answer;
      const at = clock.now() - random.between(1_000, maxLagMs);
      return past.get(service)?.findLast((one) => one.at <= at)?.answer ?? answer;
    },
  };
}
