import type { Deployment, Service, ServiceDeployment, Task } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { type Bench, startBench, targetGroupArn, webDefinition, webService } from '../testing.ts';
import type { Wire } from '../wire.ts';

const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } };
const balanced = { loadBalancers: [{ targetGroupArn, containerName: 'app', containerPort: 8080 }] };

/** Images: `good:n` runs, `crash:n` ends at once, `unstartable:n` cannot be pulled. */
async function bench(change = {}): Promise<Bench> {
  const started = await startBench({
    script: ({ image }) => {
      if (image.startsWith('crash')) return { exitAfterMs: 300, exitCode: 1 };
      if (image.startsWith('unstartable')) return { startError: 'CannotPullContainerError: no such image' };
      return { startDelayMs: 50, stopMs: 100 };
    },
  });
  started.call('CreateCluster');
  release(started, 'good:1');
  started.call('CreateService', webService(change));
  return started;
}

function release(b: Bench, image: string): string {
  return b.call<{ taskDefinition: { taskDefinitionArn: string } }>(
    'RegisterTaskDefinition',
    webDefinition({}, { image }),
  ).taskDefinition.taskDefinitionArn;
}

function web(b: Bench): Wire<Service> & { deployments: Wire<Deployment>[] } {
  const answer = b.call<{ services: (Wire<Service> & { deployments: Wire<Deployment>[] })[] }>(
    'DescribeServices',
    {
      services: ['web'],
    },
  );
  return answer.services[0]!;
}

function tasksOf(b: Bench, desiredStatus = 'RUNNING'): Wire<Task>[] {
  const { taskArns } = b.call<{ taskArns: string[] }>('ListTasks', { serviceName: 'web', desiredStatus });
  if (taskArns.length === 0) return [];
  return b.call<{ tasks: Wire<Task>[] }>('DescribeTasks', { tasks: taskArns }).tasks;
}

function currentDeployment(b: Bench): Wire<ServiceDeployment> {
  const serviceDeploymentArns = [web(b).currentServiceDeployment];
  const answer = b.call<{ serviceDeployments: Wire<ServiceDeployment>[] }>('DescribeServiceDeployments', {
    serviceDeploymentArns,
  });
  return answer.serviceDeployments[0]!;
}

const deploymentEvents = (b: Bench) =>
  b.events
    .filter((event) => event['detail-type'] === 'ECS Deployment State Change')
    .map(({ detail }) => String(detail.eventName).replace('SERVICE_DEPLOYMENT_', ''));

describe('a service', () => {
  it('starts its tasks, becomes steady and completes its deployment', async () => {
    const b = await bench();
    expect(web(b)).toMatchObject({ status: 'ACTIVE', desiredCount: 2, pendingCount: 2, runningCount: 0 });
    await b.clock.advance(1000);
    expect(web(b)).toMatchObject({ runningCount: 2, deployments: [{ rolloutState: 'IN_PROGRESS' }] });
    await b.clock.advance(2000);
    expect(web(b).deployments).toMatchObject([
      { status: 'PRIMARY', rolloutState: 'COMPLETED', runningCount: 2 },
    ]);
    expect(web(b).events?.[0]?.message).toBe('(service web) has reached a steady state.');
    expect(currentDeployment(b).status).toBe('SUCCESSFUL');
    expect(deploymentEvents(b)).toEqual(['IN_PROGRESS', 'COMPLETED']);
    expect(tasksOf(b)[0]).toMatchObject({ group: 'service:web', startedBy: web(b).deployments[0]?.id });
  });

  it('replaces a killed task before time passes', async () => {
    const b = await bench();
    await b.clock.advance(5000);
    const [victim] = b.runtime.running();
    const before = b.clock.now();
    b.runtime.kill(victim!);
    await b.clock.advance(0);
    expect(b.runtime.launches).toHaveLength(3);
    expect(b.clock.now()).toBe(before);
    await b.clock.advance(5000);
    expect(web(b)).toMatchObject({ runningCount: 2 });
    expect(tasksOf(b, 'STOPPED')[0]).toMatchObject({
      stopCode: 'EssentialContainerExited',
      containers: [{ exitCode: 137 }],
    });
  });

  it('rolls to a new revision, old tasks going as new ones become healthy', async () => {
    const b = await bench();
    await b.clock.advance(5000);
    const taskDefinition = release(b, 'good:2');
    b.call('UpdateService', { service: 'web', taskDefinition });
    await b.clock.advance(1000);
    expect(web(b).deployments).toMatchObject([
      { status: 'PRIMARY', runningCount: 2, rolloutState: 'IN_PROGRESS', taskDefinition },
      { status: 'ACTIVE', runningCount: 2 },
    ]);
    await b.clock.advance(5000);
    expect(web(b).deployments).toMatchObject([
      { rolloutState: 'COMPLETED', taskDefinition, runningCount: 2 },
    ]);
    expect(tasksOf(b, 'STOPPED')[0]?.stoppedReason).toBe(
      `Scaling activity initiated by (deployment ${web(b).deployments[0]?.id})`,
    );
  });

  it('starts no deployment for its count or for an update that changes nothing; force does', async () => {
    const b = await bench();
    await b.clock.advance(5000);
    const { id } = web(b).deployments[0]!;
    b.call('UpdateService', { service: 'web', taskDefinition: 'web:1', desiredCount: 3 });
    await b.clock.advance(5000);
    expect(web(b)).toMatchObject({ runningCount: 3, deployments: [{ id }] });
    b.call('UpdateService', { service: 'web', forceNewDeployment: true });
    await b.clock.advance(10_000);
    expect(web(b).deployments).toHaveLength(1);
    expect(web(b).deployments[0]?.id).not.toBe(id);
  });

  it('is created once by the same request', async () => {
    const b = await bench({ clientToken: 'once' });
    const again = b.call<{ service: Wire<Service> }>('CreateService', webService({ clientToken: 'once' }));
    expect(again.service.serviceArn).toBe(web(b).serviceArn);
    expect(b.refusal('CreateService', webService({ clientToken: 'once', desiredCount: 3 }))).toMatch(
      /not idempotent/,
    );
    expect(b.refusal('CreateService', webService({ desiredCount: 3 }))).toMatch(/not idempotent/);
  });

  it('is deleted when it has no count, or by force; its tasks stop and it becomes INACTIVE', async () => {
    const b = await bench();
    await b.clock.advance(5000);
    expect(b.refusal('DeleteService', { service: 'web' })).toMatch(/scaled above 0/);
    b.call('DeleteService', { service: 'web', force: true });
    expect(web(b).status).toBe('DRAINING');
    await b.clock.advance(1000);
    expect(web(b)).toMatchObject({ status: 'INACTIVE', runningCount: 0 });
    expect(b.runtime.running()).toEqual([]);
    b.call('CreateService', webService());
    await b.clock.advance(5000);
    expect(web(b)).toMatchObject({ status: 'ACTIVE', runningCount: 2 });
  });
});

describe('the circuit breaker', () => {
  it.each([
    ['crash:2', 'EssentialContainerExited'],
    ['unstartable:2', 'TaskFailedToStart'],
  ])('rolls %s back to the revision that last completed', async (image, stopCode) => {
    const b = await bench({ deploymentConfiguration: breaker });
    await b.clock.advance(5000);
    const good = web(b).deployments[0]!;
    const serving = b.runtime.running();
    b.call('UpdateService', { service: 'web', taskDefinition: release(b, image) });
    await b.clock.advance(10_000);
    expect(web(b).deployments).toMatchObject([
      {
        status: 'PRIMARY',
        rolloutState: 'COMPLETED',
        taskDefinition: good.taskDefinition,
        runningCount: 2,
      },
    ]);
    expect(web(b).deployments[0]?.id).toBe(good.id);
    expect(b.runtime.running()).toEqual(serving);
    expect(currentDeployment(b)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      deploymentCircuitBreaker: { status: 'TRIGGERED', threshold: 3 },
      rollback: { reason: expect.stringContaining(`rolling back to deploymentId ${good.id}`) },
    });
    expect(deploymentEvents(b).slice(2)).toEqual(['IN_PROGRESS', 'FAILED', 'IN_PROGRESS', 'COMPLETED']);
    expect(tasksOf(b, 'STOPPED').map((task) => task.stopCode)).toContain(stopCode);
  });

  it('stalls a first deployment: FAILED, and no more tasks', async () => {
    const b = await startBench({ script: () => ({ exitAfterMs: 100, exitCode: 1 }) });
    b.call('CreateCluster');
    release(b, 'crash:1');
    b.call('CreateService', webService({ deploymentConfiguration: breaker }));
    await b.clock.advance(60_000);
    const launched = b.runtime.launches.length;
    expect(web(b).deployments).toMatchObject([{ status: 'PRIMARY', rolloutState: 'FAILED' }]);
    await b.clock.advance(60_000);
    expect(b.runtime.launches).toHaveLength(launched);
    expect(launched).toBeLessThan(8);
  });

  it('counts tasks that fail their load balancer health check, and names the target group', async () => {
    const b = await bench({ deploymentConfiguration: breaker, ...balanced });
    await b.clock.advance(1000);
    expect(web(b).deployments[0]?.rolloutState).toBe('COMPLETED');
    const healthy = new Set([...b.targets.registered.values()].map(({ address }) => address));
    b.targets.judge = ({ address }) => (healthy.has(address) ? 'healthy' : 'unhealthy');
    b.call('UpdateService', { service: 'web', taskDefinition: release(b, 'good:2') });
    for (let step = 0; step < 20; step += 1) {
      await b.clock.advance(500);
      b.targets.changed();
    }
    await b.clock.advance(1000);
    expect(currentDeployment(b).status).toBe('ROLLBACK_SUCCESSFUL');
    expect(tasksOf(b, 'STOPPED').map((task) => task.stoppedReason)).toContain(
      `Task failed ELB health checks in (target-group ${targetGroupArn})`,
    );
  });
});

describe('without a circuit breaker', () => {
  it('tasks that never run are tried again ever more slowly', async () => {
    const b = await startBench({ script: () => ({ startError: 'CannotPullContainerError: no such image' }) });
    b.call('CreateCluster');
    release(b, 'unstartable:1');
    b.call('CreateService', webService({ desiredCount: 1 }));
    await b.clock.advance(60_000);
    const inTheFirstMinute = b.runtime.launches.length;
    await b.clock.advance(600_000);
    expect(inTheFirstMinute).toBeLessThan(12);
    expect(b.runtime.launches.length - inTheFirstMinute).toBeLessThan(6);
    expect(web(b).events?.map(({ message }) => message)).toContain(
      '(service web) is unable to consistently start tasks successfully.',
    );
    b.events.length = 0;
    b.call('UpdateService', { service: 'web', forceNewDeployment: true });
    await b.clock.advance(100);
    expect(b.runtime.launches.length - inTheFirstMinute).toBeGreaterThan(2);
  });
});

describe('with a load balancer', () => {
  it('a task is drained before it is told to stop', async () => {
    const b = await bench(balanced);
    await b.clock.advance(1000);
    b.targets.drainsAtOnce = false;
    b.call('UpdateService', { service: 'web', desiredCount: 1 });
    await b.clock.advance(20_000);
    expect(tasksOf(b, 'STOPPED')).toMatchObject([{ lastStatus: 'DEACTIVATING' }]);
    expect(b.runtime.running()).toHaveLength(2);
    b.targets.drained();
    await b.clock.advance(1000);
    expect(tasksOf(b, 'STOPPED')).toMatchObject([{ lastStatus: 'STOPPED' }]);
    expect(b.runtime.running()).toHaveLength(1);
    expect(b.targets.registered.size).toBe(1);
  });

  it('within the grace period an unhealthy target is not held against the task', async () => {
    const b = await bench({ ...balanced, healthCheckGracePeriodSeconds: 30 });
    b.targets.judge = () => 'unhealthy';
    await b.clock.advance(25_000);
    expect(b.runtime.launches).toHaveLength(2);
    await b.clock.advance(10_000);
    expect(b.runtime.launches.length).toBeGreaterThan(2);
  });
});

describe('StopServiceDeployment', () => {
  it('rolls back what is under way, once', async () => {
    const b = await bench();
    await b.clock.advance(5000);
    const before = web(b).deployments[0]!;
    b.call('UpdateService', { service: 'web', taskDefinition: release(b, 'good:2') });
    await b.clock.advance(500);
    const serviceDeploymentArn = web(b).currentServiceDeployment;
    b.call('StopServiceDeployment', { serviceDeploymentArn });
    expect(b.refusal('StopServiceDeployment', { serviceDeploymentArn })).toMatch(/^ConflictException/);
    await b.clock.advance(10_000);
    expect(web(b).deployments).toMatchObject([{ taskDefinition: before.taskDefinition, runningCount: 2 }]);
    expect(currentDeployment(b).status).toBe('ROLLBACK_SUCCESSFUL');
  });
});

describe('after a restart', () => {
  it('a deployment goes on where it was, without starting anything twice', async () => {
    const b = await bench();
    await b.clock.advance(5000);
    b.call('UpdateService', { service: 'web', taskDefinition: release(b, 'good:2') });
    await b.clock.advance(1000);
    await b.restart();
    await b.clock.advance(10_000);
    expect(web(b).deployments).toMatchObject([{ rolloutState: 'COMPLETED', runningCount: 2 }]);
    expect(b.runtime.launches).toHaveLength(4);
    expect(b.runtime.running()).toHaveLength(2);
  });
});
