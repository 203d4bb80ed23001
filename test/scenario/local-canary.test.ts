import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServiceDeploymentsCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect, it } from 'vitest';
import { freePort } from '../../local/loadbalancer/testing.ts';
import { localAws } from '../../local/vitest.ts';

const hour = 3600;
const image = (tag: string) => ({
  family: 'web',
  requiresCompatibilities: ['FARGATE' as const],
  networkMode: 'awsvpc' as const,
  cpu: '256',
  memory: '512',
  containerDefinitions: [{ name: 'app', image: `shop:${tag}`, portMappings: [{ containerPort: 8080 }] }],
});

/** A listener that forwards to the blue group, which knows the green one too. */
async function balancer(elb: ElasticLoadBalancingV2Client) {
  const group = async (Name: string) => {
    const { TargetGroups } = await elb.send(
      new CreateTargetGroupCommand({ Name, Protocol: 'HTTP', Port: 8080, TargetType: 'ip', VpcId: 'vpc-1' }),
    );
    return TargetGroups?.[0]?.TargetGroupArn ?? '';
  };
  const [blue, green] = [await group('blue'), await group('green')];
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({ Name: 'web', Subnets: ['subnet-a', 'subnet-b'] }),
  );
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
      Protocol: 'HTTP',
      Port: await freePort(),
      DefaultActions: [{ Type: 'forward', TargetGroupArn: blue }],
    }),
  );
  return { blue, green, listener: Listeners?.[0]?.ListenerArn ?? '' };
}

async function status(ecs: ECSClient, arn: string): Promise<string | undefined> {
  const input = { serviceDeploymentArns: [arn] };
  const { serviceDeployments } = await ecs.send(new DescribeServiceDeploymentsCommand(input));
  return serviceDeployments?.[0]?.status;
}

async function share(elb: ElasticLoadBalancingV2Client, listener: string, group: string): Promise<number> {
  const { Listeners } = await elb.send(new DescribeListenersCommand({ ListenerArns: [listener] }));
  const groups = Listeners?.[0]?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  return groups.find(({ TargetGroupArn }) => TargetGroupArn === group)?.Weight ?? 0;
}

it('a canary of 24 hours, through the load balancer and a hook, over HTTP on the virtual clock', async () => {
  const stages: string[] = [];
  const approve = (payload: unknown) => {
    stages.push((payload as { lifecycleStage: string }).lifecycleStage);
    return { hookStatus: 'SUCCEEDED' };
  };
  await using aws = await localAws({ functions: { approve } });
  const ecs = new ECSClient(aws.clientConfig);
  const elb = new ElasticLoadBalancingV2Client(aws.clientConfig);
  const { blue, green, listener } = await balancer(elb);
  await ecs.send(new CreateClusterCommand({}));
  await ecs.send(new RegisterTaskDefinitionCommand(image('1')));
  await ecs.send(
    new CreateServiceCommand({
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount: 2,
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-a'] } },
      deploymentConfiguration: {
        strategy: 'CANARY',
        canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 1440 },
        bakeTimeInMinutes: 60,
        lifecycleHooks: [
          {
            hookTargetArn: 'arn:aws:lambda:us-east-1:000000000000:function:approve',
            roleArn: 'arn:aws:iam::000000000000:role/hooks',
            lifecycleStages: ['PRODUCTION_TRAFFIC_SHIFT'],
          },
        ],
      },
      loadBalancers: [
        {
          targetGroupArn: blue,
          containerName: 'app',
          containerPort: 8080,
          advancedConfiguration: {
            alternateTargetGroupArn: green,
            productionListenerRule: listener,
            roleArn: 'arn:aws:iam::000000000000:role/ecs',
          },
        },
      ],
    }),
  );
  await aws.clock.advance(600);
  stages.length = 0;
  await ecs.send(new RegisterTaskDefinitionCommand(image('2')));
  const { service } = await ecs.send(new UpdateServiceCommand({ service: 'web', taskDefinition: 'web' }));
  const deployment = service?.currentServiceDeployment ?? '';
  await aws.clock.advance(23 * hour);
  expect(await share(elb, listener, green)).toBe(5);
  expect(stages).toEqual(['PRODUCTION_TRAFFIC_SHIFT']);
  await aws.clock.advance(1.5 * hour);
  expect(await share(elb, listener, green)).toBe(100);
  expect(await status(ecs, deployment)).toBe('IN_PROGRESS');
  await aws.clock.advance(hour);
  expect(await status(ecs, deployment)).toBe('SUCCESSFUL');
  expect(stages).toEqual(['PRODUCTION_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT']);
  ecs.destroy();
  elb.destroy();
});
