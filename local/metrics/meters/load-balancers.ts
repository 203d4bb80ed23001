import { latenciesOf } from '../../loadbalancer/histogram.ts';
import type { MeasuredGroup } from '../../loadbalancer/measured.ts';
import { addTally, type Counts, emptyTally, type Tally } from '../../loadbalancer/tally.ts';
import type { Summary } from '../summary.ts';
import { type Dimensions, type Measurement, measurementsIn } from './measurement.ts';

const measurement = measurementsIn('AWS/ApplicationELB');

const counters: Readonly<Record<string, keyof Counts>> = {
  HTTPCode_Target_2XX_Count: 'target2xx',
  HTTPCode_Target_3XX_Count: 'target3xx',
  HTTPCode_Target_4XX_Count: 'target4xx',
  HTTPCode_Target_5XX_Count: 'target5xx',
  HTTPCode_ELB_4XX_Count: 'loadBalancer4xx',
  HTTPCode_ELB_5XX_Count: 'loadBalancer5xx',
};

/** `AWS/ApplicationELB`, for load balancers and for target groups behind them. What is zero is not told, as by AWS. */
export function loadBalancerMetrics(groups: readonly MeasuredGroup[]): Measurement[] {
  const whole = new Map<string, Tally>();
  const measurements = groups.flatMap((group) => {
    const balancer = group.loadBalancerArns[0];
    if (balancer === undefined) return [];
    const sum = whole.get(balancer) ?? emptyTally();
    whole.set(balancer, sum);
    addTally(sum, group.tally);
    const TargetGroup = group.targetGroupArn.slice(group.targetGroupArn.lastIndexOf(':') + 1);
    return ofGroup({ TargetGroup, LoadBalancer: nameOf(balancer) }, group);
  });
  const balancers = [...whole].flatMap(([arn, tally]) => traffic({ LoadBalancer: nameOf(arn) }, tally));
  return [...measurements, ...balancers];
}

/** `app/shop/0123456789abcdef`. */
const nameOf = (arn: string) => arn.slice(arn.indexOf('loadbalancer/') + 'loadbalancer/'.length);

function ofGroup(dimensions: Dimensions, { tally, healthy, unhealthy }: MeasuredGroup): Measurement[] {
  const hosts = [
    measurement('HealthyHostCount', dimensions, healthy),
    measurement('UnHealthyHostCount', dimensions, unhealthy),
  ];
  const perTarget = tally.counts.requests / Math.max(1, healthy);
  const share = (of: Dimensions) => measurement('RequestCountPerTarget', of, perTarget);
  const { TargetGroup = '' } = dimensions;
  return [
    ...(healthy + unhealthy > 0 ? hosts : []),
    ...traffic(dimensions, tally),
    ...(perTarget > 0 ? [share(dimensions), share({ TargetGroup })] : []),
  ];
}

function traffic(dimensions: Dimensions, { counts, latency }: Tally): Measurement[] {
  const counted = Object.entries({ RequestCount: 'requests' as const, ...counters }).flatMap(([name, of]) =>
    counts[of] > 0 ? [measurement(name, dimensions, { ...ofOnes, count: counts[of], sum: counts[of] })] : [],
  );
  if (latency.total === 0) return counted;
  const values = latenciesOf(latency).map(({ ms, count }) => [ms / 1000, count] as const);
  const summary: Summary = {
    count: latency.total,
    sum: latency.sumMs / 1000,
    minimum: values[0]![0],
    maximum: latency.maxMs / 1000,
    values,
  };
  return [...counted, measurement('TargetResponseTime', dimensions, summary, 'Seconds')];
}

/** Each request is a value of one, as AWS has it: Sum is the only statistic that tells something. */
const ofOnes = { minimum: 1, maximum: 1 };
