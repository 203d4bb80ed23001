import { parseEnvironments } from '../core/contract/environment.ts';
import type { AwsService } from './support/service.ts';

export interface AccountDependencies {
  readonly ecs: AwsService;
  readonly loadBalancers: AwsService;
  readonly account: string;
  readonly region: string;
  /** The function that ECS asks before it shifts traffic, where there is one. */
  readonly hookFunction: string | undefined;
}

const name = 'local';

/**
 * Makes what an account has before Berth comes to it, a cluster and a load balancer, and answers the JSON of
 * the one environment that they are. What is there already is left alone.
 */
export async function provisionAccount(deps: AccountDependencies): Promise<string> {
  await deps.ecs.call('CreateCluster', { clusterName: name }, {});
  const created = await deps.loadBalancers.call('CreateLoadBalancer', { Name: 'berth' }, {});
  const loadBalancerArn = /<LoadBalancerArn>([^<]+)</.exec(String(created))?.[1];
  const environment = {
    name,
    cluster: name,
    region: deps.region,
    account: deps.account,
    ...(loadBalancerArn === undefined ? {} : { loadBalancerArn }),
    vpcId: 'vpc-local',
    subnets: ['subnet-local'],
    executionRoleArn: `arn:aws:iam::${deps.account}:role/berth-tasks/execution`,
    taskRoleArn: `arn:aws:iam::${deps.account}:role/berth-tasks/task`,
    ...(deps.hookFunction !== undefined && {
      ecsInfrastructureRoleArn: `arn:aws:iam::${deps.account}:role/berth-ecs/infrastructure`,
      hookFunctionArn: `arn:aws:lambda:${deps.region}:${deps.account}:function:${deps.hookFunction}`,
      hookRoleArn: `arn:aws:iam::${deps.account}:role/berth-ecs/hook`,
    }),
    local: true,
    publicHost: '127.0.0.1',
    // They have values where secrets.json has some: without, webhooks are refused and GitHub is told nothing.
    github: {
      webhookSecretArn: `arn:aws:secretsmanager:${deps.region}:${deps.account}:secret:berth/github-webhook-local1`,
      tokenSecretArn: `arn:aws:secretsmanager:${deps.region}:${deps.account}:secret:berth/github-token-local1`,
    },
  };
  // Checked and filled in here, as whoever deploys to AWS has to: functions take it as it is.
  return JSON.stringify(parseEnvironments(JSON.stringify([environment])));
}
