import { beforeAll, describe, expect, it } from 'vitest';
import { type Bench, network, startBench, webDefinition, webService } from '../testing.ts';

const arn = (rest: string) => `arn:aws:ecs:us-east-1:000000000000:${rest}`;

describe('how callers name things', () => {
  let b: Bench;
  let taskArn: string;

  beforeAll(async () => {
    b = await startBench();
    b.call('CreateCluster');
    b.call('CreateCluster', { clusterName: 'other' });
    for (let revision = 1; revision <= 2; revision += 1) b.call('RegisterTaskDefinition', webDefinition());
    const { tasks } = b.call<{ tasks: [{ taskArn: string }] }>('RunTask', {
      taskDefinition: 'web',
      launchType: 'FARGATE',
      networkConfiguration: network,
    });
    taskArn = tasks[0].taskArn;
    for (let index = 0; index < 12; index += 1) {
      b.call('CreateService', webService({ serviceName: `web-${index}`, desiredCount: 0 }));
    }
  });

  it('an ARN of another cluster is refused, for the cluster was forgotten', () => {
    const refused =
      /^InvalidParameterException: .*Identifier is for cluster default\. Your cluster is other$/;
    expect(b.refusal('DescribeTasks', { cluster: 'other', tasks: [taskArn] })).toMatch(refused);
    expect(b.refusal('StopTask', { cluster: 'other', task: taskArn })).toMatch(refused);
    const services = [arn('service/default/web-0')];
    expect(b.refusal('DescribeServices', { cluster: 'other', services })).toMatch(refused);
  });

  it('an ARN of another region is told as it was given', () => {
    const foreign = 'arn:aws:ecs:eu-west-1:000000000000:cluster/default';
    const failures = [{ arn: foreign, reason: 'MISSING' }];
    expect(b.call('DescribeClusters', { clusters: [foreign] })).toEqual({ clusters: [], failures });
  });

  it('a family is no revision to deregister, by its ARN neither', () => {
    for (const taskDefinition of ['web', arn('task-definition/web')]) {
      expect(b.refusal('DeregisterTaskDefinition', { taskDefinition })).toMatch(/Revision is missing/);
      expect(b.call('DeleteTaskDefinitions', { taskDefinitions: [taskDefinition] })).toMatchObject({
        taskDefinitions: [],
      });
    }
    expect(b.call('DescribeTaskDefinition', { taskDefinition: 'web' })).toMatchObject({
      taskDefinition: { revision: 2, status: 'ACTIVE' },
    });
  });

  it('what is being deleted is not brought back by deregistering it again', () => {
    const taskDefinition = arn('task-definition/web:1');
    b.call('DeregisterTaskDefinition', { taskDefinition });
    b.call('DeleteTaskDefinitions', { taskDefinitions: [taskDefinition] });
    expect(b.call('DeregisterTaskDefinition', { taskDefinition })).toMatchObject({
      taskDefinition: { status: 'DELETE_IN_PROGRESS' },
    });
  });

  it('services come ten at a time, and their token is refused by another action', () => {
    const { serviceArns, nextToken } = b.call<{ serviceArns: string[]; nextToken: string }>('ListServices');
    expect(serviceArns).toHaveLength(10);
    expect(b.call('ListServices', { nextToken })).toMatchObject({ serviceArns: { length: 2 } });
    expect(b.refusal('ListTasks', { nextToken })).toMatch(/^InvalidParameterException: Invalid token/);
  });

  it('tags carry no control characters', () => {
    for (const tag of [
      { key: 'team\r\n', value: 'core' },
      { key: 'team', value: '\u001b[31mcore' },
    ]) {
      expect(b.refusal('TagResource', { resourceArn: taskArn, tags: [tag] })).toMatch(/^InvalidParameter/);
    }
    b.call('TagResource', { resourceArn: taskArn, tags: [{ key: 'équipe 1', value: 'a/b:c=d+e-f@g.h_i' }] });
  });
});
