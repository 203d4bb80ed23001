import type { Random } from '../random.ts';
import type { Weather } from '../weather.ts';
import type { WorldClock } from './clock.ts';
import { cluster, type SimulatedEcs } from './ecs.ts';

type Json = Readonly<Record<string, unknown>>;

/** How far a read of ECS may lag behind. */
export const maxLagMs = 20_000;
/** Twice in so short a time nobody is told falsely that a service is missing: then it would be as good as true. */
const missingApartMs = 20_000;

export type StaleReads = ReturnType<typeof staleReads>;

const missing = (arn: string): Json => ({ failures: [{ arn, reason: 'MISSING' }] });

/** Reads of ECS, which now and then show what was a moment ago, or not what is there. */
export function staleReads(
  clock: WorldClock,
  weather: Weather,
  random: Random,
  ecs: SimulatedEcs,
  looked: (ecsName: string) => void,
) {
  const past = new Map<string, { readonly at: number; readonly answer: Json }[]>();
  const looks = new Map<string, { readonly at: number; readonly answer: Json }[]>();
  const mayLag = weather.has('a read of a service deployment is stale');
  const isKept = weather.has('a read of a service is stale');
  let isSampling = false;
  let missingAt = Number.NEGATIVE_INFINITY;
  const isSaidToBeMissing = () => {
    if (clock.now() - missingAt < missingApartMs) return false;
    if (!weather.strikes('a service is said to be missing')) return false;
    missingAt = clock.now();
    return true;
  };

  /** One service, with its tags. */
  const read = (service: string): Json => {
    const answer = ecs.call('DescribeServices', { cluster, services: [service], include: ['TAGS'] });
    looked(service);
    if (isKept) {
      const all = past.get(service) ?? [];
      past.set(service, [...all, { at: clock.now(), answer }].slice(-100));
    }
    return answer;
  };
  const describeOne = (service: string): Json => {
    const answer = read(service);
    if (isSaidToBeMissing()) return { services: [], ...missing(service) };
    if (weather.strikes('a read is empty')) return { services: [], failures: [] };
    if (!weather.strikes('a read of a service is stale')) return answer;
    const at = clock.now() - random.between(1_000, maxLagMs);
    return past.get(service)?.findLast((one) => one.at <= at)?.answer ?? answer;
  };
  return {
    /** To be called after every change: what was true until then is what a stale read shows. */
    sample(): void {
      if (!isKept || isSampling) return;
      isSampling = true;
      clock.after(0, () => {
        isSampling = false;
        for (const service of past.keys()) read(service);
      });
    },
    describe({ services, include }: Json): Json {
      const answers = (services as string[]).map(describeOne);
      const all = (name: string) => answers.flatMap((answer) => (answer[name] ?? []) as Json[]);
      const isTagged = (include as string[] | undefined)?.includes('TAGS') ?? false;
      const untagged = ({ tags: _, ...service }: Json): Json => service;
      return {
        services: isTagged ? all('services') : all('services').map(untagged),
        failures: all('failures'),
      };
    },
    /** Where a service deployment is, as it was a moment ago. */
    describeDeployments(input: Json): Json {
      const answer = ecs.call('DescribeServiceDeployments', input);
      if (!mayLag) return answer;
      const key = String(input.serviceDeploymentArns);
      const known = looks.get(key) ?? [];
      looks.set(key, [...known, { at: clock.now(), answer }].slice(-50));
      if (!weather.strikes('a read of a service deployment is stale')) return answer;
      const at = clock.now() - random.between(1_000, maxLagMs / 2);
      return known.findLast((one) => one.at <= at)?.answer ?? answer;
    },
    describeTasks(answer: Json): Json {
      const [first, ...others] = answer.tasks as Json[];
      if (!first || !weather.strikes('a task is said to be missing')) return answer;
      return { tasks: others, ...missing(String(first.taskArn)) };
    },
    listTasks: (answer: Json): Json =>
      weather.strikes('a list of tasks is empty') ? { taskArns: [] } : answer,
  };
}
