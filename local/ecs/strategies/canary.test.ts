import type { ServiceDeployment } from '@aws-sdk/client-ecs';
import { expect, it } from 'vitest';
import { startBench, webDefinition, webService } from '../testing.ts';
import type { Wire } from '../wire.ts';
import { greenGroup, productionRule, shiftable } from './testing.ts';

const hour = 60 * 60_000;

it('a canary of 24 hours with a day of bake time goes by on the virtual clock', async () => {
  const b = await startBench();
  b.call('CreateCluster');
  b.call('RegisterTaskDefinition', webDefinition({}, { image: 'good:1' }));
  const deploymentConfiguration = {
    strategy: 'CANARY',
    canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 1440 },
    bakeTimeInMinutes: 1440,
  };
  b.call('CreateService', webService({ deploymentConfiguration, ...shiftable() }));
  await b.clock.advance(60_000);
  b.call('RegisterTaskDefinition', webDefinition({}, { image: 'good:2' }));
  const { service } = b.call<{ service: { currentServiceDeployment: string } }>('UpdateService', {
    service: 'web',
    taskDefinition: 'web',
  });
  const status = () =>
    b.call<{ serviceDeployments: Wire<ServiceDeployment>[] }>('DescribeServiceDeployments', {
      serviceDeploymentArns: [service.currentServiceDeployment],
    }).serviceDeployments[0]?.status;
  await b.clock.advance(23 * hour);
  expect(b.rules.share(productionRule, greenGroup)).toBe(5);
  await b.clock.advance(2 * hour);
  expect(b.rules.share(productionRule, greenGroup)).toBe(100);
  expect(status()).toBe('IN_PROGRESS');
  await b.clock.advance(24 * hour);
  expect(status()).toBe('SUCCESSFUL');
  expect(b.runtime.running()).toHaveLength(2);
});
