import type { ServiceDeployment } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { type Bench, startBench, webDefinition, webService } from '../testing.ts';
import type { Wire } from '../wire.ts';

const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } };

/** A service whose last deployment, of an image that is broken or good, has ended. */
async function deployed(image: 'broken' | 'good', configuration: object = {}): Promise<Bench> {
  const b = await startBench({
    script: ({ image: name }) => (name === 'broken' ? { startError: 'CannotPullContainerError: no' } : {}),
  });
  b.call('CreateCluster');
  b.call('RegisterTaskDefinition', webDefinition());
  b.call('CreateService', webService({ deploymentConfiguration: { ...breaker, ...configuration } }));
  await b.clock.advance(10_000);
  b.call('RegisterTaskDefinition', webDefinition({}, { image }));
  b.call('UpdateService', { service: 'web', taskDefinition: 'web' });
  await b.clock.advance(60_000);
  return b;
}

function newest(b: Bench): Wire<ServiceDeployment> {
  const { serviceDeployments: all } = b.call<{ serviceDeployments: { serviceDeploymentArn: string }[] }>(
    'ListServiceDeployments',
    { service: 'web' },
  );
  const { serviceDeployments } = b.call<{ serviceDeployments: Wire<ServiceDeployment>[] }>(
    'DescribeServiceDeployments',
    { serviceDeploymentArns: [all[0]?.serviceDeploymentArn] },
  );
  return serviceDeployments[0] ?? {};
}

describe('a service deployment', () => {
  it('keeps what tripped its circuit breaker, though the roll-back starts tasks that become healthy', async () => {
    const b = await deployed('broken', { minimumHealthyPercent: 0, maximumPercent: 100 });
    expect(b.runtime.launches.filter(({ image }) => image !== 'broken')).toHaveLength(4);
    expect(newest(b)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 3, threshold: 3 },
    });
    await b.engine.stop();
  });

  it.each(['good', 'broken'] as const)('changes no more when it has ended (%s)', async (image) => {
    const b = await deployed(image);
    const { updatedAt, finishedAt, deploymentCircuitBreaker } = newest(b);
    expect(updatedAt).toBe(finishedAt);
    for (const { arn } of b.engine.liveTasks()) b.call('StopTask', { task: arn });
    await b.clock.advance(60_000);
    expect(newest(b)).toMatchObject({ updatedAt, deploymentCircuitBreaker });
    await b.engine.stop();
  });
});
