import type { ElasticLoadBalancingV2Client, TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  DescribeTargetGroupsCommand,
  ModifyTargetGroupCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Aim } from '../../services/model.ts';

/** The check of a release as a target group has it; empty leaves the load balancer its own. */
export const healthCheckOf = (health: Aim['health']) =>
  health && 'path' in health
    ? {
        HealthCheckPath: health.path,
        HealthCheckIntervalSeconds: health.intervalSeconds,
        HealthCheckTimeoutSeconds: health.timeoutSeconds,
        HealthyThresholdCount: health.healthyCount,
        UnhealthyThresholdCount: health.unhealthyCount,
      }
    : {};

/**
 * Has the group that the release's tasks join checked as the release says; what `known` describes is not read again.
 * The other group of a pair keeps the check of the tasks that it has.
 */
export async function checkAs(
  elb: ElasticLoadBalancingV2Client,
  TargetGroupArn: string,
  known: readonly TargetGroup[],
  health: Aim['health'],
): Promise<void> {
  const there =
    known.find((group) => group.TargetGroupArn === TargetGroupArn) ??
    (await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [TargetGroupArn] })))
      .TargetGroups?.[0];
  const wanted = Object.entries(healthCheckOf(health));
  const isSame = wanted.every(([name, value]) => there?.[name as keyof TargetGroup] === value);
  if (!isSame) await elb.send(new ModifyTargetGroupCommand({ TargetGroupArn, ...healthCheckOf(health) }));
}
