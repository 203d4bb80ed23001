import type { Service, ServiceDeployment } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { type Bench, startBench, webDefinition, webService } from '../testing.ts';
import type { Wire } from '../wire.ts';
import { blueGroup, greenGroup, productionRule, shiftable, testRule } from './testing.ts';

const minute = 60_000;
const configuration = { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 5 };

/** A service that serves with its first release, and a second one that is on its way. */
async function deploying(): Promise<Bench> {
  const b = await startBench({ script: () => ({ startDelayMs: 50, stopMs: 100 }) });
  b.call('CreateCluster');
  b.call('RegisterTaskDefinition', webDefinition());
  b.call('CreateService', webService({ deploymentConfiguration: configuration, ...shiftable() }));
  await b.clock.advance(10_000);
  release(b);
  await b.clock.advance(0);
  return b;
}

function release(b: Bench): void {
  b.call('RegisterTaskDefinition', webDefinition());
  b.call('UpdateService', { service: 'web', taskDefinition: 'web' });
}

function web(b: Bench): Wire<Service> {
  const { services } = b.call<{ services: Wire<Service>[] }>('DescribeServices', { services: ['web'] });
  return services[0] ?? {};
}

const definitions = (b: Bench) =>
  web(b).deployments?.map(({ taskDefinition = '' }) =>
    taskDefinition.slice(taskDefinition.lastIndexOf('/') + 1),
  );

function described(b: Bench, serviceDeploymentArn: string | undefined): Wire<ServiceDeployment> {
  const { serviceDeployments } = b.call<{ serviceDeployments: Wire<ServiceDeployment>[] }>(
    'DescribeServiceDeployments',
    { serviceDeploymentArns: [serviceDeploymentArn] },
  );
  return serviceDeployments[0] ?? {};
}

describe('a deployment that shifts traffic', () => {
  it.each([productionRule, testRule])(
    'rolls back when a rule that it has to set is gone: %s',
    async (rule) => {
      const b = await deploying();
      const arn = web(b).currentServiceDeployment;
      b.rules.rules.delete(rule);
      await b.clock.advance(1 * minute);
      expect(described(b, arn)).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL' });
      expect(definitions(b)).toEqual(['web:1']);
      expect(web(b)).toMatchObject({ runningCount: 2 });
      await b.engine.stop();
    },
  );

  it('does not end with a rule that goes when all of the traffic has been shifted and blue is gone', async () => {
    const b = await deploying();
    const arn = web(b).currentServiceDeployment;
    await b.clock.advance(6 * minute);
    b.rules.rules.delete(productionRule);
    await b.clock.advance(1 * minute);
    expect(described(b, arn)).toMatchObject({ status: 'SUCCESSFUL' });
    await b.engine.stop();
  });

  it('shows, once a newer one has replaced it, that its traffic is with blue again', async () => {
    const b = await deploying();
    const arn = web(b).currentServiceDeployment;
    await b.clock.advance(1 * minute);
    const shares = { requestedProductionTrafficWeight: 100, requestedTestTrafficWeight: 100 };
    expect(described(b, arn)).toMatchObject({ lifecycleStage: 'BAKE_TIME', targetServiceRevision: shares });
    release(b);
    await b.clock.advance(0);
    expect(b.rules.share(productionRule, greenGroup)).toBe(0);
    expect(b.rules.share(testRule, blueGroup)).toBe(100);
    expect(described(b, arn)).toMatchObject({
      status: 'STOPPED',
      sourceServiceRevisions: [shares],
      targetServiceRevision: { requestedProductionTrafficWeight: 0, requestedTestTrafficWeight: 0 },
    });
    await b.engine.stop();
  });

  it('forgets what it replaced when that has no task left', async () => {
    const b = await deploying();
    await b.clock.advance(1 * minute);
    release(b);
    await b.clock.advance(0);
    expect(definitions(b)).toEqual(['web:3', 'web:2', 'web:1']);
    await b.clock.advance(1 * minute);
    expect(definitions(b)).toEqual(['web:3', 'web:1']);
    await b.engine.stop();
  });
});
