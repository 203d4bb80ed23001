import pico from 'picocolors';
import { expect, test } from 'vitest';
import type { DeploymentView, LedgerEntryView, ServiceView, TaskView } from '../../core/contract/views.ts';
import { renderHistory } from './history.ts';
import { renderExplanation, renderLedger } from './ledger.ts';
import { renderLogEvent } from './logs.ts';
import { renderService, renderServices } from './services.ts';
import { renderTasks } from './tasks.ts';

const plain = pico.createColors(false);
const now = Date.parse('2026-01-01T00:10:00Z');

const web: ServiceView = {
  environment: 'local',
  service: 'shop-web',
  count: 2,
  release: 2,
  succeeded: [1, 2],
  waiting: [],
  urls: ['http://127.0.0.1:8080'],
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  live: { seen: 'service', status: 'ACTIVE', desired: 2, running: 2, pending: 0, deployments: [] },
  createdAt: '2026-01-01T00:00:00Z',
};

test('services: what is wanted, what runs and where it answers', () => {
  const recovering: ServiceView = {
    ...web,
    service: 'shop-worker',
    urls: [],
    live: { ...web.live, running: 1, pending: 1 },
  };
  expect(renderServices([web, recovering], plain).split('\n')).toEqual([
    'service      release  tasks            state       url',
    'shop-web     v2       2/2              steady      http://127.0.0.1:8080',
    'shop-worker  v2       1/2, 1 starting  recovering',
  ]);
});

test.each([
  [{ deployment: 'dep_1' }, 'deploying dep_1'],
  [{ refusal: 'no capacity\u001b[2J' }, 'refused by ECS: no capacity'],
  [{ count: 0, live: { seen: 'service', running: 0 } }, 'stopped'],
  [{ live: { seen: 'absent' } }, 'not in ECS'],
  [{ live: { seen: 'unknown', because: 'ECS does not answer' } }, 'unknown: ECS does not answer'],
] satisfies [Partial<ServiceView>, string][])('the state of %o', (more, state) => {
  expect(renderServices([{ ...web, ...more }], plain)).toContain(state);
});

test('one service shows its deployments in ECS', () => {
  const text = renderService(
    {
      ...web,
      live: {
        ...web.live,
        deployments: [
          {
            id: 'ecs-svc/1',
            status: 'PRIMARY',
            release: 2,
            rollout: 'IN_PROGRESS',
            desired: 2,
            running: 1,
            pending: 1,
            failedTasks: 3,
            createdAt: '2026-01-01T00:09:50Z',
          },
        ],
      },
    },
    now,
    plain,
  );
  expect(text).toMatch(/ecs-svc\/1 +v2 +PRIMARY IN_PROGRESS +1\/2 +1 +3 +10 s ago/);
  expect(text).toMatch(/good +v1 v2/);
});

const task: TaskView = {
  id: '4f1c0000000000000000000000000000',
  arn: 'arn:aws:ecs:us-east-1:000000000000:task/local/4f1c0000000000000000000000000000',
  release: 1,
  status: 'STOPPED',
  desiredStatus: 'STOPPED',
  stopCode: 'EssentialContainerExited',
  stoppedReason: 'Essential container in task exited',
  address: '127.64.0.2',
  startedAt: '2026-01-01T00:08:00Z',
  stoppedAt: '2026-01-01T00:09:00Z',
  containers: [{ name: 'main', exitCode: 137 }],
};

test('a stopped task says why, with its exit code', () => {
  expect(renderTasks([{ task }], now, plain)).toMatch(
    /4f1c0000 +v1 +STOPPED +2 m ago +127\.64\.0\.2 +EssentialContainerExited · Essential container in task exited · main exit 137, 1 m ago/,
  );
  expect(renderTasks([{ service: 'shop-web', task }], now, plain)).toContain('shop-web');
});

test('the history tells who, what for and what went wrong', () => {
  const deployment: DeploymentView = {
    id: 'dep_1',
    environment: 'local',
    service: 'shop-web',
    app: 'shop',
    name: 'web',
    kind: 'release',
    phase: 'ended',
    verdict: 'rolled_back',
    cause: { code: 'c', text: 'exit code 1' },
    release: 3,
    before: 2,
    actor: 'anna',
    message: 'faster',
    requestedAt: '2026-01-01T00:08:00Z',
    endedAt: '2026-01-01T00:08:04Z',
  };
  expect(renderHistory([deployment], now, plain)).toMatch(
    /dep_1 +v2 → v3 +rolled back +2 m ago +4\.0 s +anna +faster · exit code 1/,
  );
});

test('the ledger tells each change with its reason and what was done', () => {
  const entries: LedgerEntryView[] = [
    {
      revision: 1,
      at: '2026-01-01T00:00:00.000Z',
      to: 'requested',
      reasons: [{ code: 'asked', text: 'asked for by anna' }],
      effects: ['send'],
      inputs: ['create'],
    },
    {
      revision: 2,
      at: '2026-01-01T00:00:01.500Z',
      from: 'moving',
      to: 'rolling_back',
      reasons: [{ code: 'crash', text: 'exit code 1\u001b[2J' }],
      effects: [],
      inputs: [],
    },
  ];
  expect(renderLedger(entries, plain).split('\n')).toEqual([
    '+0.0 s       requested',
    '             asked for by anna',
    '             does: send',
    '+1.5 s       moving → rolling back',
    '             exit code 1',
  ]);
  expect(renderLedger([], plain)).toBe('The ledger is empty.');
});

test('an explanation tells what would be decided now', () => {
  const text = renderExplanation(
    {
      status: 'moving',
      reasons: [{ code: 'r', text: '1 of 2 tasks run' }],
      effects: [],
      wakeAt: '2026-01-01T00:10:30Z',
    },
    now,
    plain,
  );
  expect(text).toBe('now moving\n  1 of 2 tasks run\n  looks again in 30 s at the latest');
});

test('a log line is one line, whatever was written', () => {
  const event = {
    id: '1',
    at: '2026-01-01T00:09:00.123Z',
    task: task.id,
    stream: 's',
    message: 'a\nb\u001b[31m\u0007',
  };
  expect(renderLogEvent(event, plain)).toBe('00:09:00.123 4f1c0000 a b');
});
