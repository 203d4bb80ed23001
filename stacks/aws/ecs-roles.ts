import { ecsRoles, hookFunctionIn } from '../ecs-hook.ts';
import type { Stage } from '../stages.ts';
import type { Topology } from '../topology.ts';
import { boundaryOf, type Functions, trusting } from './functions.ts';
import { logical, physical } from './names.ts';

/** What ECS needs to register targets and to set the weights of listeners' rules, as AWS keeps it up to date. */
const forLoadBalancers = 'AmazonECSInfrastructureRolePolicyForLoadBalancers';

/** Makes the roles that ECS takes to shift traffic and to ask before it does, where an environment names them. */
export function createEcsRoles(topology: Topology, functions: Functions, stage: Stage): void {
  const { partition, account, environments } = stage;
  const isNamed = (name: string) =>
    environments.some(({ ecsInfrastructureRoleArn, hookRoleArn }) =>
      [ecsInfrastructureRoleArn, hookRoleArn].includes(
        `arn:${partition}:iam::${account}:role/${physical(name)}`,
      ),
    );
  if (isNamed(ecsRoles.infrastructure))
    createRole(ecsRoles.infrastructure, stage, {
      managedPolicyArns: [`arn:${partition}:iam::aws:policy/${forLoadBalancers}`],
    });
  const hook = functions.get(hookFunctionIn(topology) ?? '');
  if (hook && isNamed(ecsRoles.hook))
    createRole(ecsRoles.hook, stage, {
      inlinePolicies: [{ name: 'inline', policy: $jsonStringify(calling(hook)) }],
    });
}

const calling = ({ arn }: sst.aws.Function) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: [arn] }],
});

function createRole(name: string, stage: Stage, policies: Partial<aws.iam.RoleArgs>): void {
  new aws.iam.Role(logical(name, 'role'), {
    name: physical(name),
    assumeRolePolicy: JSON.stringify(trusting('ecs.amazonaws.com')),
    ...policies,
    ...boundaryOf(stage),
  });
}
