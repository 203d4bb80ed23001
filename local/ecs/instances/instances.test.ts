import { describe, expect, it } from 'vitest';
import { type Bench, startBench } from '../testing.ts';

const small = {
  family: 'job',
  containerDefinitions: [{ name: 'app', image: 'shop:1', cpu: 512, memory: 1024 }],
};

async function bench(count = 1, more: object = {}): Promise<Bench> {
  const b = await startBench();
  b.call('CreateCluster', {});
  b.call('RegisterTaskDefinition', small);
  if (count > 0) b.engine.instances.launch({ count, ...more });
  return b;
}

interface Seen {
  readonly status: string;
  readonly version: number;
  readonly runningTasksCount: number;
  readonly remainingResources: readonly { name: string; integerValue: number; stringSetValue?: string[] }[];
  readonly containerInstanceArn: string;
}

function instances(b: Bench): readonly Seen[] {
  const { containerInstanceArns } = b.call<{ containerInstanceArns: string[] }>('ListContainerInstances');
  return b.call<{ containerInstances: Seen[] }>('DescribeContainerInstances', {
    containerInstances: containerInstanceArns,
  }).containerInstances;
}

const left = (instance: Seen | undefined, name: string) =>
  instance?.remainingResources.find((resource) => resource.name === name)?.integerValue;

describe('container instances', () => {
  it('have less left by what their tasks reserve, until those have stopped', async () => {
    const b = await bench();
    const { tasks } = b.call<{ tasks: { taskArn: string }[] }>('RunTask', {
      taskDefinition: 'job',
      count: 2,
    });
    await b.clock.advance(1000);
    expect(left(instances(b)[0], 'CPU')).toBe(2048 - 2 * 512);
    expect(left(instances(b)[0], 'MEMORY')).toBe(7700 - 2 * 1024);
    expect(instances(b)[0]?.runningTasksCount).toBe(2);
    b.call('StopTask', { task: tasks[0]?.taskArn });
    await b.clock.advance(40_000);
    expect(left(instances(b)[0], 'CPU')).toBe(2048 - 512);
  });

  it('are given tasks by StartTask, whose own tags come before those of the definition', async () => {
    const b = await bench(1);
    const shared = { key: 'team', value: 'shop' };
    b.call('RegisterTaskDefinition', { ...small, tags: [shared, { key: 'cost', value: 'low' }] });
    const { tasks } = b.call<{ tasks: { tags: object[] }[] }>('StartTask', {
      taskDefinition: 'job',
      containerInstances: instances(b).map(({ containerInstanceArn }) => containerInstanceArn),
      propagateTags: 'TASK_DEFINITION',
      enableECSManagedTags: true,
      tags: [{ key: 'team', value: 'guest' }],
    });
    expect(tasks[0]?.tags).toEqual([
      { key: 'team', value: 'guest' },
      { key: 'cost', value: 'low' },
      { key: 'aws:ecs:clusterName', value: 'default' },
    ]);
  });

  it('tell of every version, without gaps', async () => {
    const b = await bench();
    b.call('RunTask', { taskDefinition: 'job' });
    const [instance] = instances(b);
    b.call('UpdateContainerInstancesState', {
      containerInstances: [instance?.containerInstanceArn],
      status: 'DRAINING',
    });
    const versions = b.events
      .filter((event) => event['detail-type'] === 'ECS Container Instance State Change')
      .map(({ detail }) => detail.version);
    expect(versions).toEqual([1, 2, 3]);
    expect(instances(b)[0]).toMatchObject({ status: 'DRAINING', version: 3 });
  });

  it('survive a restart with what their tasks take', async () => {
    const b = await bench();
    b.call('RunTask', { taskDefinition: 'job' });
    await b.clock.advance(1000);
    await b.restart();
    expect(left(instances(b)[0], 'CPU')).toBe(1536);
  });

  it('end their tasks when the host is gone', async () => {
    const b = await bench();
    const { tasks } = b.call<{ tasks: { taskArn: string }[] }>('RunTask', { taskDefinition: 'job' });
    await b.clock.advance(1000);
    b.engine.instances.terminate('default', instances(b)[0]?.containerInstanceArn ?? '');
    await b.clock.advance(40_000);
    expect(instances.bind(undefined, b)).toThrow(/cannot be empty/);
    const { tasks: seen } = b.call<{ tasks: unknown[] }>('DescribeTasks', { tasks: [tasks[0]?.taskArn] });
    expect(seen).toMatchObject([
      { lastStatus: 'STOPPED', stoppedReason: expect.stringMatching(/^Host EC2 \(instance i-/) },
    ]);
  });
});

describe('a service on container instances', () => {
  const service = { serviceName: 'web', taskDefinition: 'job', desiredCount: 2 };
  const described = (b: Bench) =>
    b.call<{ services: { events: { message: string }[]; runningCount: number; desiredCount: number }[] }>(
      'DescribeServices',
      { services: ['web'] },
    ).services[0];

  it('waits for capacity, tells so once, and starts as soon as a host comes', async () => {
    const b = await bench(0);
    b.call('CreateService', service);
    await b.clock.advance(120_000);
    const messages = described(b)?.events.map(({ message }) => message);
    expect(messages).toEqual([
      '(service web) was unable to place a task because no container instance met all of its requirements. ' +
        'Reason: No Container Instances were found in your cluster.',
    ]);
    b.engine.instances.launch({});
    await b.clock.advance(5000);
    expect(described(b)?.runningCount).toBe(2);
  });

  it('names the closest match, and what it lacks', async () => {
    const b = await bench();
    b.call('CreateService', { ...service, desiredCount: 5 });
    await b.clock.advance(1000);
    expect(described(b)?.runningCount).toBe(4);
    const failure = b.events.find(({ detail }) => detail.eventName === 'SERVICE_TASK_PLACEMENT_FAILURE');
    expect(failure?.detail).toMatchObject({
      eventType: 'ERROR',
      reason: 'RESOURCE:CPU',
      containerInstanceArns: [instances(b)[0]?.containerInstanceArn],
    });
    expect(described(b)?.events[0]?.message).toMatch(
      /closest matching .* has insufficient CPU units available\.$/,
    );
  });

  it('leaves a draining instance, replacement first', async () => {
    const b = await bench(2);
    b.call('CreateService', service);
    await b.clock.advance(5000);
    const [first, second] = instances(b);
    expect([first?.runningTasksCount, second?.runningTasksCount]).toEqual([1, 1]);
    b.call('UpdateContainerInstancesState', {
      containerInstances: [first?.containerInstanceArn],
      status: 'DRAINING',
    });
    for (let second = 0; second < 60; second += 1) {
      await b.clock.advance(1000);
      expect(described(b)?.runningCount).toBeGreaterThanOrEqual(2);
    }
    expect(instances(b).map(({ runningTasksCount }) => runningTasksCount)).toEqual([0, 2]);
  });

  it('runs as a DAEMON once on every instance, also on those that come', async () => {
    const b = await bench(2);
    b.call('CreateService', { serviceName: 'web', taskDefinition: 'job', schedulingStrategy: 'DAEMON' });
    await b.clock.advance(5000);
    expect(described(b)).toMatchObject({ runningCount: 2, desiredCount: 2, schedulingStrategy: 'DAEMON' });
    b.engine.instances.launch({});
    await b.clock.advance(5000);
    expect(instances(b).map(({ runningTasksCount }) => runningTasksCount)).toEqual([1, 1, 1]);
    b.call('RegisterTaskDefinition', small);
    b.call('UpdateService', { service: 'web', taskDefinition: 'job' });
    await b.clock.advance(120_000);
    expect(described(b)).toMatchObject({ runningCount: 3, deployments: [{ rolloutState: 'COMPLETED' }] });
  });

  it('tells of a DAEMON whose instance no longer meets the constraints, and stops it there', async () => {
    const b = await bench(1);
    const targetId = instances(b)[0]?.containerInstanceArn;
    b.call('PutAttributes', { attributes: [{ name: 'stack', value: 'prod', targetId }] });
    b.call('CreateService', {
      serviceName: 'web',
      taskDefinition: 'job',
      schedulingStrategy: 'DAEMON',
      placementConstraints: [{ type: 'memberOf', expression: 'attribute:stack == prod' }],
    });
    await b.clock.advance(5000);
    expect(described(b)?.runningCount).toBe(1);
    b.call('PutAttributes', { attributes: [{ name: 'stack', value: 'test', targetId }] });
    await b.clock.advance(60_000);
    expect(described(b)).toMatchObject({ runningCount: 0, desiredCount: 0 });
    expect(b.events.map(({ detail }) => detail.eventName)).toContain(
      'SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED',
    );
  });
});
