import { createHash } from 'node:crypto';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateTargetGroupCommand,
  DescribeTargetGroupsCommand,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Environment } from '../contract/environment.ts';
import type { Aim } from '../services/model.ts';
import { healthCheckOf } from './load-balancer/health.ts';
import {
  addToListener,
  createListener,
  defaultRuleOf,
  findListener,
  type Listener,
  type Weighted,
} from './load-balancer/listener.ts';

const maxNameLength = 32;

/** A target group's name has at most 32 characters; a longer one is cut and told apart by a part of its hash. */
export function targetGroupName(environment: string, ecsName: string): string {
  const name = `${environment}-${ecsName}`;
  if (name.length <= maxNameLength) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, maxNameLength - 9).replace(/-+$/, '')}-${hash}`;
}

/** No service of Berth's has two hyphens in a row, so the second group's name is nobody else's. */
const alternateName = (environment: string, ecsName: string) => targetGroupName(environment, `${ecsName}--b`);

/** What a service has at the load balancer. */
export interface Groups {
  readonly main: string;
  /** The second one, where there is one: ECS shifts traffic between the two. */
  readonly alternate?: string;
  /** The one with most of the traffic, by the listener. */
  readonly inUse: string;
  /** The listener's default rule, whose weights ECS sets; only where a pair was asked for. */
  readonly ruleArn?: string;
  /** Those that were described. */
  readonly known: readonly TargetGroup[];
}

type Balanced = Pick<Aim, 'port' | 'settings' | 'health'>;

/**
 * Sees to it that the service has a target group behind the environment's load balancer, or a `pair` of them, and
 * that the listener leads there; undefined where the service is not to be behind one. May be repeated. Throws a
 * `FinalFailure` where the listener's port serves another service.
 */
export async function ensureTargetGroups(
  elb: ElasticLoadBalancingV2Client,
  environment: Environment,
  ecsName: string,
  { port, settings, health }: Balanced,
  pair: boolean,
): Promise<Groups | undefined> {
  const { loadBalancerArn } = environment;
  if (port === undefined || settings.listen === undefined || !loadBalancerArn) return undefined;
  const ensure = async (name: string) =>
    (await findGroup(elb, name)) ?? (await createTargetGroup(elb, environment, name, port, health));
  const second = alternateName(environment.name, ecsName);
  const main = await ensure(targetGroupName(environment.name, ecsName));
  const made = pair ? await ensure(second) : undefined;
  const listener = await findListener(elb, loadBalancerArn, settings.listen, arnOf(main), second);
  const way = {
    loadBalancerArn,
    port: settings.listen,
    listener,
    main: arnOf(main),
    made: made && arnOf(made),
  };
  const ruleArn = await leadThere(elb, way);
  const alternate = way.made ?? listener?.groups.find(({ arn }) => arn !== way.main)?.arn;
  return {
    main: way.main,
    ...(alternate !== undefined && { alternate }),
    inUse: heaviest(listener?.groups ?? []) ?? way.main,
    ...(ruleArn !== undefined && { ruleArn }),
    known: made ? [main, made] : [main],
  };
}

interface Way {
  readonly loadBalancerArn: string;
  readonly port: number;
  readonly listener: Listener | undefined;
  readonly main: string;
  readonly made: string | undefined;
}

/** The rule's ARN, where there is a pair. */
async function leadThere(elb: ElasticLoadBalancingV2Client, way: Way): Promise<string | undefined> {
  const { loadBalancerArn, port, listener, main, made } = way;
  const listenerArn = listener?.arn ?? (await createListener(elb, loadBalancerArn, port, main, made));
  if (made === undefined) return undefined;
  if (listener) await addToListener(elb, listener, [main, made]);
  return defaultRuleOf(elb, listenerArn);
}

const heaviest = (groups: readonly Weighted[]) =>
  groups.reduce<Weighted | undefined>(
    (best, one) => (best && best.weight >= one.weight ? best : one),
    undefined,
  )?.arn;

async function findGroup(elb: ElasticLoadBalancingV2Client, name: string): Promise<TargetGroup | undefined> {
  try {
    const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({ Names: [name] }));
    return TargetGroups?.[0];
  } catch (error) {
    if ((error as Error).name.startsWith('TargetGroupNotFound')) return undefined;
    throw error;
  }
}

async function createTargetGroup(
  elb: ElasticLoadBalancingV2Client,
  environment: Environment,
  name: string,
  port: number,
  health: Aim['health'],
): Promise<TargetGroup> {
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
  const made = TargetGroups?.[0];
  if (!made) throw new Error('CreateTargetGroup answered without a target group');
  return made;
}

function arnOf({ TargetGroupArn }: TargetGroup): string {
  if (!TargetGroupArn) throw new Error('ELB answered a target group without an ARN');
  return TargetGroupArn;
}
