import type { Evidence } from '../../deployments/judge/model.ts';
import type { EvidenceQuery } from '../../deployments/seeing.ts';
import type { GetMetricData } from './get-metric-data.ts';
import { type Answers, type Ask, readMetrics } from './metric-data.ts';
import { nothingYet, type Reading, type Told, windowOf } from './reading.ts';
import { type ArmName, armNames } from './tasks.ts';

const periodMs = 60_000;
/**
 * A load balancer tells of how many targets are healthy each minute, with traffic or without: whatever it had to say
 * of a minute is there when it tells so of the next one. This long it is waited for.
 */
const lateMs = 180_000;

const statistics = {
  requests: { metric: 'RequestCount', statistic: 'Sum' },
  errors: { metric: 'HTTPCode_Target_5XX_Count', statistic: 'Sum' },
  healthy: { metric: 'HealthyHostCount', statistic: 'Maximum' },
} as const;

/** What the load balancer counted for the two target groups; undefined where the query names none. */
export async function readTargetGroups(
  getMetricData: GetMetricData,
  query: EvidenceQuery,
  loadBalancerArn: string | undefined,
  nowMs: number,
): Promise<Reading | undefined> {
  const { canary, baseline, sinceMs, settings } = query;
  if (!loadBalancerArn || !canary.targetGroupArn || !baseline.targetGroupArn) return undefined;
  const asks = armNames.flatMap((arm) => {
    const dimensions = dimensionsOf(loadBalancerArn, query[arm].targetGroupArn ?? '');
    const ask = (name: string, of: Pick<Ask, 'metric' | 'statistic'>): Ask => ({
      ...{ key: keyOf(name, arm), namespace: 'AWS/ApplicationELB', dimensions },
      ...of,
    });
    return [
      ...Object.entries(statistics).map(([name, of]) => ask(name, of)),
      ...(settings.latency
        ? [
            ask('latency', {
              metric: 'TargetResponseTime',
              statistic: `p${settings.latency.percentile}`,
            }),
          ]
        : []),
    ];
  });
  const window = windowOf(sinceMs, periodMs, nowMs, lateMs);
  if (!window) return nothingYet(periodMs);
  const answers = await readMetrics(getMetricData, asks, window);
  const isPast = (arm: ArmName, toMs: number) =>
    [...(answers.get(keyOf('healthy', arm))?.keys() ?? [])].some((atMs) => atMs >= toMs);
  return {
    periodMs,
    isComplete: ({ toMs }) =>
      nowMs >= toMs + lateMs || (nowMs >= toMs + periodMs && armNames.every((arm) => isPast(arm, toMs))),
    of: (interval) => toldAt(interval.fromMs, answers),
  };
}

const keyOf = (name: string, arm: ArmName) => `${name} ${arm}`;

/** `app/shop/0123456789abcdef` and `targetgroup/web/0123456789abcdef`, as CloudWatch names them. */
const dimensionsOf = (loadBalancerArn: string, targetGroupArn: string) => ({
  LoadBalancer: loadBalancerArn.slice(loadBalancerArn.indexOf('loadbalancer/') + 'loadbalancer/'.length),
  TargetGroup: targetGroupArn.slice(targetGroupArn.lastIndexOf(':') + 1),
});

/** A load balancer does not tell of zeros: of a minute in which it told of targets, what is missing is none. */
function toldAt(atMs: number, answers: Answers): Told {
  const point = (name: string, arm: ArmName) => answers.get(keyOf(name, arm))?.get(atMs);
  const counted = (name: string, arm: ArmName) =>
    point(name, arm) ??
    (point('healthy', arm) === undefined && point('requests', arm) === undefined ? undefined : 0);
  const both = <T>(of: (arm: ArmName) => T | undefined) => {
    const [canary, baseline] = [of('canary'), of('baseline')];
    return canary === undefined || baseline === undefined ? undefined : { canary, baseline };
  };
  const requests = both((arm) => counted('requests', arm));
  const errors = both((arm) => counted('errors', arm));
  const latency = both((arm) => {
    const seconds = point('latency', arm);
    const weight = point('requests', arm);
    if (seconds === undefined) return undefined;
    return [{ task: `all of ${arm}`, value: seconds * 1000, ...(weight !== undefined && { weight }) }];
  });
  return {
    ...(requests && { requests }),
    ...(errors && { errors: { ...errors, counted: 'requests' } satisfies Evidence['errors'] }),
    ...(latency && { latency: { ...latency, baselineIsFresh: false } }),
  };
}
