import { describe, expect, it } from 'vitest';
import { needsOf } from './calls/needs.ts';

const here = { account: '000000000000', region: 'us-east-1' };
const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:000000000000:${resource}`;
const cluster = (name: string) => ({ 'ecs:cluster': arn('ecs', `cluster/${name}`) });
const role = (name: string) => `arn:aws:iam::000000000000:role/${name}`;
const passed = { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' };
const passedToEcs = { 'iam:PassedToService': 'ecs.amazonaws.com' };
const targetGroup = arn('elasticloadbalancing', 'targetgroup/web/0123');

/** Service, action, input; then what has to be allowed: action, resource and, where there is one, the context. */
const cases: readonly [service: string, action: string, input: Record<string, unknown>, needs: unknown[]][] =
  [
    [
      'ecs',
      'DescribeServices',
      { cluster: 'c', services: ['web', arn('ecs', 'service/c/db')] },
      [
        ['ecs:DescribeServices', arn('ecs', 'service/c/web'), cluster('c')],
        ['ecs:DescribeServices', arn('ecs', 'service/c/db'), cluster('c')],
      ],
    ],
    [
      'ecs',
      'UpdateService',
      { cluster: arn('ecs', 'cluster/c'), service: 'web' },
      [['ecs:UpdateService', arn('ecs', 'service/c/web'), cluster('c')]],
    ],
    [
      'ecs',
      'UpdateService',
      {
        ...{ cluster: 'c', service: 'web' },
        loadBalancers: [{ advancedConfiguration: { roleArn: role('shift') } }, {}],
        deploymentConfiguration: {
          lifecycleHooks: [{ roleArn: role('hook') }, { targetType: 'PAUSE' }, { roleArn: role('hook') }],
        },
      },
      [
        ['ecs:UpdateService', arn('ecs', 'service/c/web'), cluster('c')],
        ['iam:PassRole', role('shift'), passedToEcs],
        ['iam:PassRole', role('hook'), passedToEcs],
      ],
    ],
    [
      'ecs',
      'CreateService',
      { serviceName: 'web', tags: [{ key: 'a', value: 'b' }] },
      [
        ['ecs:CreateService', arn('ecs', 'service/default/web'), cluster('default')],
        ['ecs:TagResource', arn('ecs', 'service/default/web'), { 'ecs:CreateAction': 'CreateService' }],
      ],
    ],
    [
      'ecs',
      'RegisterTaskDefinition',
      { family: 'f', executionRoleArn: role('e'), taskRoleArn: role('t'), tags: [{ key: 'a' }] },
      [
        ['ecs:RegisterTaskDefinition', arn('ecs', 'task-definition/f:*'), {}],
        [
          'ecs:TagResource',
          arn('ecs', 'task-definition/f:*'),
          { 'ecs:CreateAction': 'RegisterTaskDefinition' },
        ],
        ['iam:PassRole', role('e'), passed],
        ['iam:PassRole', role('t'), passed],
      ],
    ],
    ['ecs', 'DescribeTaskDefinition', { taskDefinition: 'f' }, [['ecs:DescribeTaskDefinition', '*', {}]]],
    [
      'ecs',
      'RunTask',
      { cluster: 'c', taskDefinition: 'f:3', overrides: { taskRoleArn: role('admin') } },
      [
        ['ecs:RunTask', arn('ecs', 'task-definition/f:3'), cluster('c')],
        ['iam:PassRole', role('admin'), passed],
      ],
    ],
    ['ecs', 'ListTasks', { cluster: 'c', serviceName: 'web' }, [['ecs:ListTasks', '*', cluster('c')]]],
    [
      'ecs',
      'ListTasks',
      { cluster: 'c', containerInstance: 'i' },
      [['ecs:ListTasks', arn('ecs', 'container-instance/c/i'), cluster('c')]],
    ],
    [
      'ecs',
      'DescribeServiceDeployments',
      { serviceDeploymentArns: [arn('ecs', 'service-deployment/c/web/1')] },
      [['ecs:DescribeServiceDeployments', arn('ecs', 'service-deployment/c/web/1'), cluster('c')]],
    ],
    ['ecs', 'DescribeServices', { services: 'no list' }, [['ecs:DescribeServices', '*', {}]]],
    ['ecs', 'PutAccountSetting', {}, [['ecs:PutAccountSetting', '*', {}]]],
    [
      'dynamodb',
      'Query',
      { TableName: 't', IndexName: 'i' },
      [['dynamodb:Query', arn('dynamodb', 'table/t/index/i'), {}]],
    ],
    [
      'dynamodb',
      'PutItem',
      { TableName: arn('dynamodb', 'table/t') },
      [['dynamodb:PutItem', arn('dynamodb', 'table/t'), {}]],
    ],
    [
      'dynamodb',
      'TransactWriteItems',
      { TransactItems: [{ Put: { TableName: 't' } }, { ConditionCheck: { TableName: 'u' } }] },
      [
        ['dynamodb:PutItem', arn('dynamodb', 'table/t'), {}],
        ['dynamodb:ConditionCheckItem', arn('dynamodb', 'table/u'), {}],
      ],
    ],
    [
      'dynamodb',
      'BatchGetItem',
      { RequestItems: { t: {}, u: {} } },
      [
        ['dynamodb:BatchGetItem', arn('dynamodb', 'table/t'), {}],
        ['dynamodb:BatchGetItem', arn('dynamodb', 'table/u'), {}],
      ],
    ],
    ['dynamodb', 'ListTables', {}, [['dynamodb:ListTables', '*', {}]]],
    [
      'sqs',
      'DeleteMessageBatch',
      { QueueUrl: 'http://127.0.0.1:4700/000000000000/q' },
      [['sqs:DeleteMessage', arn('sqs', 'q'), {}]],
    ],
    [
      'logs',
      'GetLogEvents',
      { logGroupName: '/berth/x', logStreamName: 'a/b/c' },
      [['logs:GetLogEvents', arn('logs', 'log-group:/berth/x:log-stream:a/b/c'), {}]],
    ],
    [
      'secretsmanager',
      'GetSecretValue',
      { SecretId: arn('secretsmanager', 'secret:a/b-a1B2c3') },
      [['secretsmanager:GetSecretValue', arn('secretsmanager', 'secret:a/b-a1B2c3'), {}]],
    ],
    [
      'secretsmanager',
      'GetSecretValue',
      { SecretId: 'a/b' },
      [['secretsmanager:GetSecretValue', arn('secretsmanager', 'secret:a/b-??????'), {}]],
    ],
    [
      'cloudwatch',
      'DeleteAlarms',
      { AlarmNames: ['hot'] },
      [['cloudwatch:DeleteAlarms', arn('cloudwatch', 'alarm:hot'), {}]],
    ],
    [
      'cloudwatch',
      'PutMetricData',
      { Namespace: 'Shop' },
      [['cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': 'Shop' }]],
    ],
    [
      'elasticloadbalancing',
      'CreateTargetGroup',
      { Name: 'web', 'Tags.member.1.Key': 'a' },
      [
        ['elasticloadbalancing:CreateTargetGroup', arn('elasticloadbalancing', 'targetgroup/web/*'), {}],
        [
          'elasticloadbalancing:AddTags',
          arn('elasticloadbalancing', 'targetgroup/web/*'),
          { 'elasticloadbalancing:CreateAction': 'CreateTargetGroup' },
        ],
      ],
    ],
    [
      'elasticloadbalancing',
      'ModifyTargetGroup',
      { TargetGroupArn: targetGroup },
      [['elasticloadbalancing:ModifyTargetGroup', targetGroup, {}]],
    ],
    [
      'elasticloadbalancing',
      'DescribeTargetGroups',
      { 'Names.member.1': 'web' },
      [['elasticloadbalancing:DescribeTargetGroups', '*', {}]],
    ],
    ['something', 'Else', {}, [['something:Else', '*', {}]]],
  ];

describe('what a call needs', () => {
  it('is to pass the roles of what it runs', () => {
    const rolesOf = (taskDefinition: string) => (taskDefinition === 'f:3' ? [role('execution')] : []);
    const input = { cluster: 'c', taskDefinition: 'f:3', overrides: { executionRoleArn: role('execution') } };
    const found = needsOf({ service: 'ecs', action: 'RunTask', input }, { ...here, rolesOf });
    expect(found.slice(1)).toEqual([
      { action: 'iam:PassRole', resource: role('execution'), context: passed },
    ]);
    const service = { cluster: 'c', serviceName: 'web', taskDefinition: 'f:3' };
    expect(
      needsOf({ service: 'ecs', action: 'CreateService', input: service }, { ...here, rolesOf }),
    ).toHaveLength(1);
  });

  it.each(cases)('%s %s %j', (service, action, input, needs) => {
    const found = needsOf({ service, action, input }, here);
    expect(found.map((need) => [need.action, need.resource, need.context])).toEqual(needs);
  });
});
