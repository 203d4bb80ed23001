import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deployment, Service } from '@aws-sdk/client-ecs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Bench, startBench, webDefinition, webService } from './testing.ts';
import type { Wire } from './wire.ts';

const directory = mkdtempSync(join(tmpdir(), 'berth-ecs-crash-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let runs = 0;

async function rolling(image: string): Promise<Bench> {
  runs += 1;
  const b = await startBench({
    journalFile: join(directory, `journal-${runs}`),
    script: (launch) =>
      launch.image === 'crash:2' ? { exitAfterMs: 70, exitCode: 1 } : { startDelayMs: 30, stopMs: 40 },
    options: { steadySeconds: 0.2 },
  });
  b.call('CreateCluster');
  b.call('RegisterTaskDefinition', webDefinition({}, { image: 'good:1' }));
  const deploymentCircuitBreaker = { enable: true, rollback: true };
  b.call('CreateService', webService({ deploymentConfiguration: { deploymentCircuitBreaker } }));
  await b.clock.advance(1000);
  b.call('RegisterTaskDefinition', webDefinition({}, { image }));
  b.call('UpdateService', { service: 'web', taskDefinition: 'web' });
  b.journal.flush();
  return b;
}

const deployments = (b: Bench) =>
  b.call<{ services: { deployments: Wire<Deployment>[] }[] }>('DescribeServices', { services: ['web'] })
    .services[0]!.deployments;

/** Versions of one task as events told them; a version told again after a crash is the same version. */
function versionsByTask(b: Bench): Map<string, number[]> {
  const versions = new Map<string, number[]>();
  for (const { detail } of b.events) {
    if (detail.taskArn === undefined) continue;
    const known = versions.get(String(detail.taskArn)) ?? [];
    if (!known.includes(Number(detail.version))) known.push(Number(detail.version));
    versions.set(String(detail.taskArn), known);
  }
  return versions;
}

describe('killed at any moments of a deployment', () => {
  const gap = fc.integer({ min: 0, max: 120 });
  const moments = fc.array(fc.record({ upMs: gap, downMs: gap }), { minLength: 1, maxLength: 8 });

  it.each([
    ['good:2', 'web:2', 'SUCCESSFUL'],
    ['crash:2', 'web:1', 'ROLLBACK_SUCCESSFUL'],
  ])(
    '%s still ends as it should, nothing launched twice and nothing left over',
    async (image, revision, status) => {
      await fc.assert(
        fc.asyncProperty(moments, async (kills) => {
          const b = await rolling(image);
          for (const { upMs, downMs } of kills) {
            await b.clock.advance(upMs);
            await b.crash(downMs);
          }
          await b.clock.advance(20_000);
          expect(deployments(b)).toMatchObject([
            {
              rolloutState: 'COMPLETED',
              taskDefinition: expect.stringMatching(`${revision}$`),
              runningCount: 2,
            },
          ]);
          const { services } = b.call<{ services: Wire<Service>[] }>('DescribeServices', {
            services: ['web'],
          });
          const serviceDeploymentArns = [services[0]!.currentServiceDeployment];
          expect(b.call('DescribeServiceDeployments', { serviceDeploymentArns })).toMatchObject({
            serviceDeployments: [{ status }],
          });
          expect(b.runtime.running()).toHaveLength(2);
          expect(b.runtime.started).toHaveLength(new Set(b.runtime.started).size);
          for (const versions of versionsByTask(b).values()) {
            expect(versions).toEqual(versions.map((_, index) => index + 1));
          }
        }),
        { numRuns: 40 },
      );
    },
  );
});
