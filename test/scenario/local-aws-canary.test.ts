import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect, test } from 'vitest';
import { localAws } from '../../local/vitest.ts';
import { freePorts } from '../support/ports.ts';

const hourSeconds = 3600;
const dayMinutes = 1440;
const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-a'] } };

test('a canary of 24 hours with a day of bake time and a hook goes by when time is told to', async () => {
  const stages: unknown[] = [];
  await using aws = await localAws({
    functions: {
      judge(payload) {
        stages.push((payload as { readonly lifecycleStage: string }).lifecycleStage);
        return { hookStatus: 'SUCCEEDED' };
      },
    },
    log: () => {},
  });
  const ecs = new ECSClient(aws.clientConfig);
  const elb = new ElasticLoadBalancingV2Client(aws.clientConfig);
  const { blue, green, rule } = await balance(elb);
  await ecs.send(new CreateClusterCommand({}));
  const define = async (image: string) => {
    const containerDefinitions = [{ name: 'app', image, portMappings: [{ containerPort: 8080 }] }];
    const { taskDefinition } = await ecs.send(
      new RegisterTaskDefinitionCommand({
        ...{ family: 'web', networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'] },
        ...{ cpu: '256', memory: '512', containerDefinitions },
      }),
    );
    return taskDefinition!.taskDefinitionArn!;
  };
  const roleArn = 'arn:aws:iam::000000000000:role/ecs';
  await ecs.send(
    new CreateServiceCommand({
      ...{ serviceName: 'web', taskDefinition: await define('web:1'), desiredCount: 2 },
      ...{ launchType: 'FARGATE', networkConfiguration },
      loadBalancers: [
        {
          ...{ targetGroupArn: blue, containerName: 'app', containerPort: 8080 },
          advancedConfiguration: { alternateTargetGroupArn: green, productionListenerRule: rule, roleArn },
        },
      ],
      deploymentConfiguration: {
        strategy: 'CANARY',
        canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: dayMinutes },
        bakeTimeInMinutes: dayMinutes,
        lifecycleHooks: [
          {
            hookTargetArn: 'arn:aws:lambda:us-east-1:000000000000:function:judge',
            roleArn,
            lifecycleStages: ['PRODUCTION_TRAFFIC_SHIFT', 'POST_PRODUCTION_TRAFFIC_SHIFT'],
          },
        ],
      },
    }),
  );
  const deployment = async () => {
    const { serviceDeployments } = await ecs.send(
      new ListServiceDeploymentsCommand({ service: 'web', maxResults: 1 }),
    );
    const serviceDeploymentArns = [serviceDeployments![0]!.serviceDeploymentArn!];
    const described = await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }));
    return described.serviceDeployments![0]!;
  };
  const weights = async () => {
    const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [rule] }));
    const groups = Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
    return [blue, green].map((arn) => groups.find(({ TargetGroupArn }) => TargetGroupArn === arn)?.Weight);
  };
  await aws.waitFor(async () => (await deployment()).status === 'SUCCESSFUL', 3 * 48 * hourSeconds);
  stages.length = 0;
  // What serves is in one of the two groups; the canary comes up in the other.
  const before = await weights();

  const taskDefinition = await define('web:2');
  await ecs.send(new UpdateServiceCommand({ service: 'web', taskDefinition }));
  await aws.clock.advance(23 * hourSeconds);
  expect(await deployment()).toMatchObject({ status: 'IN_PROGRESS' });
  expect(await weights()).toEqual(before.map((weight) => (weight === 0 ? 5 : 95)));
  expect(stages).toEqual(['PRODUCTION_TRAFFIC_SHIFT']);
  await aws.clock.advance(23 * hourSeconds);
  expect(await deployment()).toMatchObject({ status: 'IN_PROGRESS', lifecycleStage: 'BAKE_TIME' });
  await aws.clock.advance(3 * hourSeconds);
  expect(await deployment()).toMatchObject({ status: 'SUCCESSFUL' });
  expect(await weights()).toEqual(before.map((weight) => (weight === 0 ? 100 : 0)));
  expect(stages).toEqual([
    ...['PRODUCTION_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT'],
    'POST_PRODUCTION_TRAFFIC_SHIFT',
  ]);
  const { services } = await ecs.send(new DescribeServicesCommand({ services: ['web'] }));
  expect(services).toMatchObject([{ taskDefinition, runningCount: 2 }]);
  for (const client of [ecs, elb]) client.destroy();
});

/** A listener with a rule, and the two target groups between which it is to choose. */
async function balance(elb: ElasticLoadBalancingV2Client) {
  const [port = 0] = await freePorts(1);
  const balancer = await elb.send(new CreateLoadBalancerCommand({ Name: 'front', Subnets: ['subnet-a'] }));
  const group = async (Name: string) => {
    const made = await elb.send(
      new CreateTargetGroupCommand({ Name, Port: 8080, Protocol: 'HTTP', TargetType: 'ip', VpcId: 'vpc-1' }),
    );
    return made.TargetGroups![0]!.TargetGroupArn!;
  };
  const [blue, green] = [await group('blue'), await group('green')];
  const forward = {
    Type: 'forward' as const,
    ForwardConfig: {
      TargetGroups: [
        { TargetGroupArn: blue, Weight: 1 },
        { TargetGroupArn: green, Weight: 0 },
      ],
    },
  };
  const listener = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer.LoadBalancers![0]!.LoadBalancerArn!,
      ...{ Port: port, Protocol: 'HTTP', DefaultActions: [forward] },
    }),
  );
  const rules = await elb.send(
    new CreateRuleCommand({
      ListenerArn: listener.Listeners![0]!.ListenerArn!,
      Priority: 1,
      Conditions: [{ Field: 'path-pattern', Values: ['/*'] }],
      Actions: [forward],
    }),
  );
  return { blue, green, rule: rules.Rules![0]!.RuleArn! };
}
