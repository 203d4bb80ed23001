import type { Action, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateListenerCommand,
  DescribeListenersCommand,
  DescribeRulesCommand,
  ModifyListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { FinalFailure } from '../../kernel/errors.ts';

/** A target group with its share of a listener's traffic, relative to the others'. */
export interface Weighted {
  readonly arn: string;
  readonly weight: number;
}

export interface Listener {
  readonly arn: string;
  /** Where its default rule leads. */
  readonly groups: readonly Weighted[];
}

/**
 * The listener of a port; undefined where there is none. Throws a `FinalFailure` where it leads neither to `main` nor
 * to the group that is called `second`.
 */
export async function findListener(
  elb: ElasticLoadBalancingV2Client,
  loadBalancerArn: string,
  port: number,
  main: string,
  second: string,
): Promise<Listener | undefined> {
  const { Listeners } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn: loadBalancerArn }));
  const there = Listeners?.find((listener) => listener.Port === port);
  if (!there?.ListenerArn) return undefined;
  const isOurs = ({ arn }: Weighted) => arn === main || arn.includes(`:targetgroup/${second}/`);
  const groups = (there.DefaultActions ?? []).flatMap(weightedIn).filter(isOurs);
  if (groups.length > 0) return { arn: there.ListenerArn, groups };
  throw new FinalFailure(
    'DuplicateListener',
    `port ${port} of the load balancer serves another service; set \`listen\` to a free port`,
  );
}

/** A single group is told without a weight. */
function weightedIn({ TargetGroupArn, ForwardConfig }: Action): Weighted[] {
  const groups = ForwardConfig?.TargetGroups ?? [];
  if (groups.length === 0) return TargetGroupArn ? [{ arn: TargetGroupArn, weight: 1 }] : [];
  return groups.flatMap(({ TargetGroupArn: arn, Weight = 1 }) => (arn ? [{ arn, weight: Weight }] : []));
}

/** All traffic to `main`; `alternate` only has to be reachable, for ECS takes no group without a load balancer. */
export async function createListener(
  elb: ElasticLoadBalancingV2Client,
  loadBalancerArn: string,
  port: number,
  main: string,
  alternate: string | undefined,
): Promise<string> {
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: loadBalancerArn,
      Port: port,
      Protocol: 'HTTP',
      DefaultActions: [
        alternate === undefined
          ? { Type: 'forward', TargetGroupArn: main }
          : forwardTo([
              { arn: main, weight: 100 },
              { arn: alternate, weight: 0 },
            ]),
      ],
    }),
  );
  const arn = Listeners?.[0]?.ListenerArn;
  if (!arn) throw new Error('CreateListener answered without an ARN');
  return arn;
}

/** Only a listener that has never led to both is changed: all other weights are ECS's affair. */
export async function addToListener(
  elb: ElasticLoadBalancingV2Client,
  { arn, groups }: Listener,
  pair: readonly string[],
): Promise<void> {
  const missing = pair.filter((one) => !groups.some((group) => group.arn === one));
  if (missing.length === 0) return;
  const kept = groups.map((group) => ({ ...group, weight: 100 }));
  const DefaultActions = [forwardTo([...kept, ...missing.map((one) => ({ arn: one, weight: 0 }))])];
  await elb.send(new ModifyListenerCommand({ ListenerArn: arn, DefaultActions }));
}

const forwardTo = (groups: readonly Weighted[]): Action => ({
  Type: 'forward',
  ForwardConfig: {
    TargetGroups: groups.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight })),
  },
});

/** ECS wants the ARN of a rule, and a listener's default action is one. */
export async function defaultRuleOf(elb: ElasticLoadBalancingV2Client, listenerArn: string): Promise<string> {
  const { Rules } = await elb.send(new DescribeRulesCommand({ ListenerArn: listenerArn }));
  const arn = Rules?.find(({ IsDefault }) => IsDefault)?.RuleArn;
  if (!arn) throw new Error('DescribeRules answered without a default rule');
  return arn;
}
