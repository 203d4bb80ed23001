import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { targetGroupName } from '../core/aws/load-balancer.ts';
import { outsideArns, type Place, statementsOf, triggerStatementsOf } from './policy.ts';
import { type Topology, topology } from './topology.ts';

const place: Place = {
  name: 'production',
  cluster: 'main',
  region: 'eu-central-1',
  account: '123456789012',
  logGroupPrefix: '/berth',
  loadBalancerArn: 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/main/0123',
  executionRoleArn: 'arn:aws:iam::123456789012:role/tasks/execution',
  taskRoleArn: 'arn:aws:iam::123456789012:role/tasks/task',
};
const role = 'arn:aws:iam::123456789012:role/ecs';
const bare: Place = {
  name: 'bare',
  cluster: 'bare',
  region: 'eu-west-1',
  account: '123456789012',
  logGroupPrefix: '/b',
};

/** As a deployment to AWS would: what the topology makes is named here by its symbol. */
const resolve = (environments: readonly Place[]) => (symbol: string) =>
  /^(table|queue:)/.test(symbol) ? [symbol] : outsideArns(symbol, { environments });

const names = Object.keys(topology.functions);
const statements = (environments: readonly Place[]) =>
  names.flatMap((name) => statementsOf<string>(topology, name, resolve(environments)));

describe('the statements of Berth’s functions', () => {
  it('allow no action by a wildcard, and everything only with a reason', () => {
    for (const { actions, resources, because } of statements([place])) {
      expect(actions.filter((action) => !/^[a-z]+:[A-Z][A-Za-z]+$/.test(action))).toEqual([]);
      if (resources.includes('*')) expect(because).toMatch(/\w/);
    }
  });

  it('name each action on a resource once, so that each can be taken away', () => {
    for (const name of names) {
      const pairs = statementsOf<string>(topology, name, resolve([place])).flatMap(
        ({ actions, resources, conditions }) =>
          actions.flatMap((action) =>
            resources.map((resource) => `${action} ${resource} ${JSON.stringify(conditions)}`),
          ),
      );
      expect(new Set(pairs).size).toBe(pairs.length);
    }
  });

  it('pass the environments’ own roles to tasks and to ECS, and to nothing else', () => {
    const shifting = { ...place, ecsInfrastructureRoleArn: `${role}/shift`, hookRoleArn: `${role}/hook` };
    const passing = statements([shifting, bare]).filter(({ actions }) => actions.includes('iam:PassRole'));
    const toTasks = {
      actions: ['iam:PassRole'],
      resources: [place.executionRoleArn, place.taskRoleArn],
      conditions: [
        { test: 'StringEquals', variable: 'iam:PassedToService', values: ['ecs-tasks.amazonaws.com'] },
      ],
    };
    // Whoever registers a task definition, and whoever runs a task by itself.
    expect(passing).toEqual([
      toTasks,
      {
        actions: ['iam:PassRole'],
        resources: [`${role}/shift`, `${role}/hook`],
        conditions: [
          { test: 'StringEquals', variable: 'iam:PassedToService', values: ['ecs.amazonaws.com'] },
        ],
      },
      toTasks,
    ]);
  });

  it('delete what stands beside services, and no service', () => {
    const deleting = statements([place]).filter(({ actions }) => actions.includes('ecs:DeleteService'));
    const service = 'arn:aws:ecs:eu-central-1:123456789012:service/main';
    expect(deleting.map(({ resources }) => resources)).toEqual([
      [`${service}/*--canary`, `${service}/*--baseline`],
    ]);
  });

  it('leave out what there is nothing for', () => {
    const actions = statements([bare]).flatMap((statement) => statement.actions);
    expect(actions).toContain('ecs:UpdateService');
    expect(actions).not.toContain('iam:PassRole');
    expect(actions).not.toContain('elasticloadbalancing:CreateListener');
    expect(statements([]).flatMap((statement) => statement.actions)).not.toContain('ecs:ListTasks');
  });

  it('are complete for their triggers', () => {
    const of = (name: string) => triggerStatementsOf<string>(topology, name, resolve([place]));
    expect(of('api')).toEqual([]);
    expect(of('wake')).toEqual([
      {
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        resources: ['queue:wake'],
        conditions: [],
      },
    ]);
    expect(of('sweep')).toMatchObject([{ actions: ['sqs:SendMessage'], resources: ['queue:dead-letters'] }]);
  });

  it('read the secrets that the environments name for GitHub, each where it is needed, and no others', () => {
    const secret = (name: string) => `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-a1B2c3`;
    const github = { webhookSecretArn: secret('hook'), tokenSecretArn: secret('token') };
    const reading = (name: string, environments: readonly Place[]) =>
      statementsOf(topology as Topology, name, resolve(environments))
        .filter(({ actions }) => actions.includes('secretsmanager:GetSecretValue'))
        .flatMap(({ resources }) => resources);
    const listening = { ...place, github };
    const those = Object.keys(topology.functions).map((name) => [name, reading(name, [listening, bare])]);
    expect(those.filter(([, secrets]) => secrets?.length)).toEqual([
      ['github', [secret('hook')]],
      ['work', [secret('token')]],
    ]);
    for (const name of Object.keys(topology.functions)) expect(reading(name, [bare])).toEqual([]);
  });

  it('are those of a function that is there', () => {
    expect(() => statementsOf(topology as Topology, 'nobody', resolve([]))).toThrow('no function nobody');
  });
});

describe('what is there besides', () => {
  it('has ARNs by the places of the environments, each once', () => {
    const arns = (symbol: string, ...environments: Place[]) => outsideArns(symbol, { environments });
    expect(arns('service', place, { ...place, name: 'second' })).toEqual([
      'arn:aws:ecs:eu-central-1:123456789012:service/main/*',
    ]);
    expect(arns('task-definition', place, bare)).toEqual([
      'arn:aws:ecs:eu-central-1:123456789012:task-definition/berth-production-*:*',
      'arn:aws:ecs:eu-west-1:123456789012:task-definition/berth-bare-*:*',
    ]);
    expect(arns('task-logs', bare)).toEqual(['arn:aws:logs:eu-west-1:123456789012:log-group:/b/bare/*']);
    expect(outsideArns('cluster', { partition: 'aws-cn', environments: [bare] })).toEqual([
      'arn:aws-cn:ecs:eu-west-1:123456789012:cluster/bare',
    ]);
    expect(arns('*')).toEqual(['*']);
  });

  it('has no name that is not known', () => {
    expect(() => outsideArns('bucket', { environments: [] })).toThrow('bucket');
  });

  it('has every target group that Berth makes, however long its name', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/);
    fc.assert(
      fc.property(name, fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/), (environment, ecsName) => {
        const [pattern = ''] = outsideArns('target-group', {
          environments: [{ ...bare, name: environment }],
        });
        const [, prefix = ''] = /targetgroup\/(.*)\*\/\*$/.exec(pattern) ?? [];
        expect(targetGroupName(environment, ecsName).startsWith(prefix)).toBe(true);
      }),
    );
  });
});
