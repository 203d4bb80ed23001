import { createHash } from 'node:crypto';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateListenerCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
  DescribeTargetGroupsCommand,
  ModifyTargetGroupCommand,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Environment } from '../contract/environment.ts';
import { FinalFailure } from '../kernel/errors.ts';
import type { Target } from '../services/model.ts';

const maxNameLength = 32;

/** A target group's name has at most 32 characters; a longer one is cut and told apart by a part of its hash. */
export function targetGroupName(environment: string, ecsName: string): string {
  const name = `${environment}-${ecsName}`;
  if (name.length <= maxNameLength) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, maxNameLength - 9).replace(/-+$/, '')}-${hash}`;
}

/**
 * Sees to it that the service has a target group behind the environment's load balancer, and answers its ARN;
 * undefined where the service is not to be behind one. May be repeated.
 */
export async function ensureTargetGroup(
  elb: ElasticLoadBalancingV2Client,
  environment: Environment,
  ecsName: string,
  { port, settings, health }: Target,
): Promise<string | undefined> {
  const { loadBalancerArn } = environment;
  if (port === undefined || settings.listen === undefined || !loadBalancerArn) return undefined;
  const name = targetGroupName(environment.name, ecsName);
  const there = await find(elb, name);
  const targetGroupArn = there
    ? await checkAs(elb, there, health)
    : await createTargetGroup(elb, environment, name, port, health);
  await ensureListener(elb, loadBalancerArn, settings.listen, targetGroupArn);
  return targetGroupArn;
}

async function find(elb: ElasticLoadBalancingV2Client, name: string): Promise<TargetGroup | undefined> {
  try {
    const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({ Names: [name] }));
    return TargetGroups?.[0];
  } catch (error) {
    if ((error as Error).name.startsWith('TargetGroupNotFound')) return undefined;
    throw error;
  }
}

/** The check is the release's, so it goes with it where it changed; back again, too. */
async function checkAs(
  elb: ElasticLoadBalancingV2Client,
  there: TargetGroup,
  health: Target['health'],
): Promise<string> {
  const { TargetGroupArn } = there;
  if (!TargetGroupArn) throw new Error('DescribeTargetGroups answered without an ARN');
  const wanted = Object.entries(healthCheckOf(health));
  const isSame = wanted.every(([name, value]) => there[name as keyof TargetGroup] === value);
  if (!isSame) await elb.send(new ModifyTargetGroupCommand({ TargetGroupArn, ...healthCheckOf(health) }));
  return TargetGroupArn;
}

const healthCheckOf = (health: Target['health']) =>
  health && 'path' in health
    ? {
        HealthCheckPath: health.path,
        HealthCheckIntervalSeconds: health.intervalSeconds,
        HealthCheckTimeoutSeconds: health.timeoutSeconds,
        HealthyThresholdCount: health.healthyCount,
        UnhealthyThresholdCount: health.unhealthyCount,
      }
    : {};

async function createTargetGroup(
  elb: ElasticLoadBalancingV2Client,
  environment: Environment,
  name: string,
  port: number,
  health: Target['health'],
): Promise<string> {
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      Name: name,
      Protocol: 'HTTP',
      Port: port,
      TargetType: 'ip',
      VpcId: environment.vpcId,
      ...healthCheckOf(health),
    }),
  );
  const arn = TargetGroups?.[0]?.TargetGroupArn;
  if (!arn) throw new Error('CreateTargetGroup answered without an ARN');
  return arn;
}

async function ensureListener(
  elb: ElasticLoadBalancingV2Client,
  loadBalancerArn: string,
  port: number,
  targetGroupArn: string,
): Promise<void> {
  const { Listeners } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn: loadBalancerArn }));
  const there = Listeners?.find((listener) => listener.Port === port);
  if (there?.DefaultActions?.some((action) => action.TargetGroupArn === targetGroupArn)) return;
  if (there)
    throw new FinalFailure(
      'DuplicateListener',
      `port ${port} of the load balancer serves another service; set \`listen\` to a free port`,
    );
  await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: loadBalancerArn,
      Port: port,
      Protocol: 'HTTP',
      DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
    }),
  );
}
