import pico from 'picocolors';
import { describe, expect, test } from 'vitest';
import type { DeploymentView } from '../../core/contract/views.ts';
import { progressLine, renderVerdict } from './deployment.ts';

const plain = pico.createColors(false);

const moving: DeploymentView = {
  id: 'dep_01J0000000000000000000000A',
  environment: 'local',
  service: 'shop-web',
  app: 'shop',
  name: 'web',
  kind: 'release',
  phase: 'moving',
  release: 2,
  before: 1,
  progress: { desired: 2, running: 1, pending: 1, failedTasks: 0, old: 2 },
  actor: 'anna',
  requestedAt: '2026-01-01T00:00:00.000Z',
};

const crashed: DeploymentView = {
  ...moving,
  phase: 'ended',
  verdict: 'rolled_back',
  reason: 'the circuit breaker gave the release up',
  cause: {
    code: 'task-stopped',
    text: '3 tasks stopped before they were healthy',
    task: {
      arn: 'arn:aws:ecs:us-east-1:000000000000:task/local/4f1c0000000000000000000000000000',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      container: 'main',
      exitCode: 1,
    },
    logTail: [
      "TypeError: Cannot read properties of undefined (reading 'total')",
      '    at start (server.mjs:3:9)',
    ],
  },
  endedAt: '2026-01-01T00:00:04.200Z',
};

describe('progress', () => {
  test('says how many run, start, and still are of the release before', () => {
    expect(progressLine(moving, 4_100, plain).text).toBe(
      'shop-web v1 → v2 · moves: 1 of 2 running, 1 starting, 2 old   4 s',
    );
  });

  test('is news when something changed, not when time passed', () => {
    const key = progressLine(moving, 0, plain).key;
    expect(progressLine(moving, 9_000, plain).key).toBe(key);
    expect(progressLine({ ...moving, phase: 'rolling_back' }, 0, plain).key).not.toBe(key);
  });

  test.each([
    [{ phase: 'requested' }, 'shop-web v1 → v2 · asked for'],
    [{ phase: 'queued', behind: 'dep_X' }, 'shop-web v1 → v2 · waits for dep_X'],
    [{ phase: 'queued' }, 'shop-web v1 → v2 · asks for its turn'],
    [{ phase: 'preparing', before: undefined }, 'shop-web v2 · registers the release'],
    [
      { phase: 'rolling_back', cause: { code: 'c', text: 'exit code 1' }, progress: undefined },
      'shop-web v1 → v2 · rolls back: exit code 1',
    ],
  ] satisfies [Partial<DeploymentView>, string][])('%o', (more, text) => {
    expect(progressLine({ ...moving, ...more } as DeploymentView, 0, plain).text).toBe(`${text}   0 s`);
  });
});

describe('a verdict', () => {
  test('that is good takes one line', () => {
    const good = {
      ...moving,
      phase: 'ended',
      verdict: 'succeeded',
      endedAt: '2026-01-01T00:00:03Z',
    } as const;
    expect(renderVerdict(good, plain)).toBe('✔ shop-web v1 → v2 · succeeded in 3.0 s');
  });

  test('that is not says why, what the task said last, and where to learn more', () => {
    expect(renderVerdict(crashed, plain).split('\n')).toEqual([
      '✖ shop-web v1 → v2 · rolled back to v1 in 4.2 s',
      '  the circuit breaker gave the release up',
      '  3 tasks stopped before they were healthy',
      '  exit code 1 · EssentialContainerExited · Essential container in task exited   task 4f1c0000000000000000000000000000',
      "  │ TypeError: Cannot read properties of undefined (reading 'total')",
      '  │     at start (server.mjs:3:9)',
      '  berth why dep_01J0000000000000000000000A    the evidence and every decision',
    ]);
  });

  test('shows an error with its message, however long the stack, and says a reason once', () => {
    const stack = Array.from({ length: 14 }, (_, line) => `    at frame${line}`);
    const text = renderVerdict(
      {
        ...crashed,
        reason: 'the breaker opened; v1 is what runs again',
        cause: {
          code: 'c',
          text: 'the breaker opened',
          logTail: ['starting', 'TypeError: Invalid URL', ...stack],
        },
      },
      plain,
    );
    expect(text.match(/the breaker opened/g)).toHaveLength(1);
    expect(text).toContain('│ TypeError: Invalid URL');
    expect(text).not.toContain('│ starting');
    expect(text.match(/│/g)).toHaveLength(10);
  });

  test('lets nothing that a task wrote or that ECS said disturb the terminal', () => {
    const evil = '\u001b]0;x\u0007\u001b[2J\u009b1A\u202e';
    const view: DeploymentView = {
      ...crashed,
      service: `shop-web${evil}`,
      reason: `reason${evil}`,
      cause: {
        ...crashed.cause!,
        text: `text${evil}`,
        logTail: [`line${evil}\r\nnext`, `${'y'.repeat(1e6)}`],
      },
    };
    const text = renderVerdict(view, plain);
    expect(text).toMatch(/^[^\p{Cc}\u202e]*$/mu);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(text.length).toBeLessThan(20_000);
  });
});
