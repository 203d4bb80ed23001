import pico from 'picocolors';
import { describe, expect, test } from 'vitest';
import type { ApplicationView } from '../../core/contract/application-views.ts';
import type { DeploymentView } from '../../core/contract/views.ts';
import { partLine, renderApplication } from './application.ts';

const plain = pico.createColors(false);

const part = (name: string, more: Partial<ApplicationView['services'][number]> = {}) => ({
  name,
  service: `shop-${name}`,
  needs: [],
  state: 'waiting' as const,
  ...more,
});

const application: ApplicationView = {
  id: 'app_01J0000000000000000000000A',
  environment: 'local',
  app: 'shop',
  phase: 'deploying',
  services: [part('web', { needs: ['api'] }), part('api', { state: 'deploying', deployment: 'dep_1' })],
  actor: 'anna',
  requestedAt: '2026-01-01T00:00:00.000Z',
};

const deployment: DeploymentView = {
  id: 'dep_1',
  environment: 'local',
  service: 'shop-api',
  app: 'shop',
  name: 'api',
  kind: 'release',
  phase: 'moving',
  release: 2,
  before: 1,
  progress: { desired: 2, running: 1, pending: 1, failedTasks: 0, old: 2 },
  actor: 'anna',
  requestedAt: '2026-01-01T00:00:00.000Z',
};

const lines = (shown: ApplicationView, deployments: readonly DeploymentView[] = []) =>
  shown.services.map(
    (one) =>
      partLine(
        one,
        { application: shown, deployments: new Map(deployments.map((each) => [each.id, each])) },
        4_000,
        plain,
      ).text,
  );

describe('how far it is', () => {
  test('says what each service does, and whom it waits for', () => {
    expect(lines(application, [deployment])).toEqual([
      'shop-web · waits for api',
      'shop-api v1 → v2 · moves: 1 of 2 running, 1 starting, 2 old   4 s',
    ]);
    expect(lines(application)[1]).toBe('shop-api · begins');
  });

  test('says what goes back, and what does not', () => {
    const services = [
      part('web', { state: 'failed', back: { is: 'stays', why: 'it is new' } }),
      part('api', { state: 'succeeded', back: { is: 'going', to: 1, deployment: 'dep_2' } }),
      part('db', { state: 'succeeded', back: { is: 'done', to: 3 } }),
      part('worker'),
    ];
    expect(lines({ ...application, phase: 'rolling_back', services })).toEqual([
      'shop-web · failed, STAYS: it is new',
      'shop-api · succeeded, goes back to v1',
      'shop-db · succeeded, is back at v3',
      'shop-worker · did not begin',
    ]);
  });
});

describe('how it ended', () => {
  const ended: ApplicationView = {
    ...application,
    phase: 'ended',
    verdict: 'rolled_back',
    reason: 'api was rolled back: 3 tasks failed; web never began\u001b[2J',
    services: [part('web', { needs: ['api'] }), part('api', { state: 'rolled_back', release: 2, before: 1 })],
    endedAt: '2026-01-01T00:01:00.000Z',
  };

  test('names the failed service, with what helps to mend it', () => {
    const services = [
      part('web', { needs: ['api'] }),
      part('api', {
        state: 'rolled_back',
        deployment: 'dep_1',
        release: 2,
        before: 1,
        back: { is: 'left', why: 'its own deployment has gone back' },
      }),
    ];
    const failed: DeploymentView = {
      ...deployment,
      phase: 'ended',
      verdict: 'rolled_back',
      reason: '3 tasks failed',
      cause: { code: 'task', text: '3 tasks failed', logTail: ['Error: no such setting'] },
      endedAt: '2026-01-01T00:00:30.000Z',
    };
    const text = renderApplication(
      { application: { ...ended, services }, deployments: new Map([['dep_1', failed]]) },
      plain,
    );
    expect(text.split('\n')).toEqual([
      '✖ shop-api v1 → v2 · rolled back to v1 in 30 s',
      '  3 tasks failed',
      '  │ Error: no such setting',
      '  berth why dep_1    the evidence and every decision',
      '  · web · did not begin',
      '  ↩ api v1 → v2 · rolled back',
      expect.stringMatching(/^✖ shop · rolled back in 1 m$/),
      '  api was rolled back: 3 tasks failed; web never began',
      '  berth why app_01J0000000000000000000000A    every decision',
    ]);
  });

  test('needs few words where all is well', () => {
    const services = [part('web', { state: 'succeeded', release: 1 })];
    const good: ApplicationView = { ...ended, verdict: 'succeeded', services };
    expect(renderApplication({ application: good, deployments: new Map() }, plain)).toMatch(
      /^ {2}✔ web v1 · succeeded\n✔ shop · succeeded in 1 m$/,
    );
  });
});
