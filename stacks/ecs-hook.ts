import type { Environment } from '../core/contract/environment.ts';
import { checkSize, type Stage } from './stages.ts';
import type { Topology } from './topology.ts';

/** The roles that ECS takes, by the topology's kind of names. */
export const ecsRoles = { infrastructure: 'ecs-infrastructure', hook: 'hook-caller' } as const;

/** The function that ECS asks before it shifts traffic; undefined where the topology has none. */
export const hookFunctionIn = ({ functions }: Topology): string | undefined =>
  Object.entries(functions).find(([, { triggers }]) => triggers.some(({ type }) => type === 'ecs-hook'))?.[0];

/**
 * The stage with what each environment needs for ECS to shift traffic there: the hook's function, and the roles that
 * ECS takes, those of the stack itself where the stage names none of its own. What AWS calls them is known beforehand
 * (`physical`), so that a function may be told of itself. Without a load balancer there is no traffic to shift.
 */
export function withEcsRoles(topology: Topology, stage: Stage, physical: (name: string) => string): Stage {
  const { partition, account, region } = stage;
  const hook = hookFunctionIn(topology);
  if (hook === undefined) return stage;
  const role = (name: string) => `arn:${partition}:iam::${account}:role/${physical(name)}`;
  const own = {
    hookFunctionArn: `arn:${partition}:lambda:${region}:${account}:function:${physical(hook)}`,
    hookRoleArn: role(ecsRoles.hook),
    ecsInfrastructureRoleArn: role(ecsRoles.infrastructure),
  };
  const environments = stage.environments.map(
    (one): Environment => (one.loadBalancerArn === undefined ? one : { ...own, ...one }),
  );
  checkSize(stage.name, environments);
  return { ...stage, environments };
}
