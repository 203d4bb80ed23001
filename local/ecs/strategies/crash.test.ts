import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Service, ServiceDeployment } from '@aws-sdk/client-ecs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Bench, startBench, webDefinition, webService } from '../testing.ts';
import type { Wire } from '../wire.ts';
import { blueGroup, greenGroup, productionRule, shiftable } from './testing.ts';

const directory = mkdtempSync(join(tmpdir(), 'local-ecs-strategies-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let runs = 0;

const hook = {
  hookTargetArn: 'arn:aws:lambda:us-east-1:000000000000:function:hook',
  roleArn: 'arn:aws:iam::000000000000:role/hook',
};

/** A canary of two seconds with a hook at every other stage; `verdict` is what the last hook says. */
async function deploying(verdict: string): Promise<Bench> {
  runs += 1;
  const b = await startBench({
    journalFile: join(directory, `journal-${runs}`),
    script: () => ({ startDelayMs: 30, stopMs: 40 }),
    options: { steadySeconds: 0.2 },
  });
  b.call('CreateCluster');
  b.call('RegisterTaskDefinition', webDefinition({}, { image: 'good:1' }));
  b.call('CreateService', webService({ deploymentConfiguration: { strategy: 'CANARY' }, ...shiftable() }));
  await b.clock.advance(2000);
  b.functions.answer = ({ lifecycleStage }) => ({
    hookStatus: lifecycleStage === 'POST_PRODUCTION_TRAFFIC_SHIFT' ? verdict : 'SUCCEEDED',
  });
  b.call('RegisterTaskDefinition', webDefinition({}, { image: 'good:2' }));
  const deploymentConfiguration = {
    canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 0 },
    lifecycleHooks: [
      {
        ...hook,
        lifecycleStages: ['PRE_SCALE_UP', 'TEST_TRAFFIC_SHIFT', 'POST_PRODUCTION_TRAFFIC_SHIFT'],
      },
      { ...hook, lifecycleStages: ['PRE_PRODUCTION_TRAFFIC_SHIFT'] },
    ],
  };
  b.call('UpdateService', { service: 'web', taskDefinition: 'web', deploymentConfiguration });
  b.journal.flush();
  return b;
}

function ended(b: Bench): Wire<ServiceDeployment> {
  const { services } = b.call<{ services: Wire<Service>[] }>('DescribeServices', { services: ['web'] });
  return b.call<{ serviceDeployments: Wire<ServiceDeployment>[] }>('DescribeServiceDeployments', {
    serviceDeploymentArns: [services[0]?.currentServiceDeployment],
  }).serviceDeployments[0]!;
}

describe('killed at any moments of a canary deployment', () => {
  const gap = fc.integer({ min: 0, max: 150 });
  const moments = fc.array(fc.record({ upMs: gap, downMs: gap }), { minLength: 1, maxLength: 8 });

  it.each([
    ['SUCCEEDED', 'SUCCESSFUL', greenGroup, 'good:2'],
    ['FAILED', 'ROLLBACK_SUCCESSFUL', blueGroup, 'good:1'],
  ])('it ends as it would have with a hook that %s: %s', async (verdict, status, group, image) => {
    await fc.assert(
      fc.asyncProperty(moments, async (kills) => {
        const b = await deploying(verdict);
        for (const { upMs, downMs } of kills) {
          await b.clock.advance(upMs);
          await b.crash(downMs);
        }
        await b.clock.advance(60_000);
        expect(ended(b).status).toBe(status);
        expect(b.rules.share(productionRule, group)).toBe(100);
        const imageOf = new Map(b.runtime.launches.map((launch) => [launch.id, launch.image]));
        expect(b.runtime.running().map((id) => imageOf.get(id))).toEqual([image, image]);
        expect(imageOf.size).toBe(4);
        const outcomes = b.events.filter(
          ({ detail }) => detail.hookId !== undefined && detail.eventName !== 'HOOK_IN_PROGRESS',
        );
        const told = new Set(outcomes.map(({ detail }) => `${detail.hookId} ${detail.eventName}`));
        const ids = new Set(outcomes.map(({ detail }) => detail.hookId));
        expect(told.size).toBe(ids.size);
        b.journal.close();
      }),
      { numRuns: 40 },
    );
  });
});
