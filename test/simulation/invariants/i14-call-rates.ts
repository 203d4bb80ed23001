import type { Invariant } from '../observation.ts';

interface Bucket {
  readonly of: RegExp;
  readonly burst: number;
  readonly perSecond: number;
  /** Berth's part of it: others call ECS as well. */
  readonly share: number;
}

/** Buckets of ECS's API: how many calls at once, and how many each second; a call of one takes from no other. */
const buckets: readonly Bucket[] = [
  // A deployment has one registration, and people ask for more deployments in a row than half of this one allows.
  { of: /^(RegisterTaskDefinition|DeregisterTaskDefinition)$/, burst: 20, perSecond: 1, share: 0.8 },
  { of: /^(DescribeTaskDefinition|ListTaskDefinitions)$/, burst: 50, perSecond: 20, share: 0.5 },
  { of: /^(DescribeTasks|ListTasks)$/, burst: 100, perSecond: 20, share: 0.5 },
  {
    of: /^(CreateService|UpdateService|DeleteService|StopServiceDeployment|ContinueServiceDeployment)$/,
    burst: 50,
    perSecond: 5,
    share: 0.5,
  },
  { of: /^(RunTask|StopTask)$/, burst: 100, perSecond: 40, share: 0.5 },
  { of: /^(DescribeServices|ListServices)$/, burst: 100, perSecond: 20, share: 0.5 },
  { of: /^(ListServiceDeployments|DescribeServiceDeployments)$/, burst: 50, perSecond: 20, share: 0.5 },
  { of: /^DescribeServiceRevisions$/, burst: 50, perSecond: 20, share: 0.5 },
];

/** Nobody asks more than so often in a minute because of one intent, whatever goes wrong. */
const maxCallsPerIntent = 120;
const minuteMs = 60_000;

/** I14: in every window the calls of ECS stay within Berth's share of ECS's buckets, in storms and after them too. */
export const callRates: Invariant = {
  name: 'I14 calls stay within their share',
  watch: () => {
    const levels = buckets.map(({ burst, share }) => ({ left: burst * share, at: 0 }));
    const intents = new Map<string, { calls: number; since: number }>();
    return (observation, report) => {
      if (observation.type !== 'called') return;
      const { action, now, intent } = observation;
      const place = buckets.findIndex(({ of }) => of.test(action));
      const [bucket, level] = [buckets[place], levels[place]];
      if (!bucket || !level) return report(`${action} is of no bucket that is known`);
      const { burst, perSecond, share } = bucket;
      const refilled = level.left + ((now - level.at) / 1000) * perSecond * share;
      level.left = Math.min(burst * share, refilled) - 1;
      level.at = now;
      if (level.left < 0) report(`${action} was called more often than ${share} of its bucket allows`);
      if (intent === undefined) return;
      const before = intents.get(intent);
      const one = before && now - before.since < minuteMs ? before : { calls: 0, since: now };
      one.calls++;
      intents.set(intent, one);
      if (one.calls > maxCallsPerIntent) report(`${intent} called ECS ${one.calls} times within a minute`);
    };
  },
};
