import { expect, test } from 'vitest';
import { afterCheck, type Condition, matches, nextCheckMs, type Outcome, type Pace } from './health.ts';

const pace: Pace = { intervalMs: 1000, timeoutMs: 500, healthyThreshold: 3, unhealthyThreshold: 2 };
const pass: Outcome = { ok: true };
const failure = { reason: 'Target.Timeout', description: 'Request timed out' } as const;
const fail: Outcome = { ok: false, failure };

const after = (start: Condition, outcomes: readonly Outcome[], stepMs = 100) =>
  outcomes.reduce((at, outcome, index) => afterCheck(at, outcome, pace, (index + 1) * stepMs), start).state;

test('one passing check makes an initial target healthy', () => {
  expect(after({ state: 'initial', sinceMs: 0 }, [fail, fail, pass])).toBe('healthy');
});

test('an initial target is unhealthy only after as long as the threshold of checks takes', () => {
  expect(after({ state: 'initial', sinceMs: 0 }, Array(19).fill(fail))).toBe('initial');
  expect(after({ state: 'initial', sinceMs: 0 }, Array(20).fill(fail))).toBe('unhealthy');
});

test('thresholds count checks in a row', () => {
  const healthy: Condition = { state: 'healthy', failures: 0 };
  expect(after(healthy, [fail, pass, fail])).toBe('healthy');
  expect(after(healthy, [pass, fail, fail])).toBe('unhealthy');
  const unhealthy: Condition = { state: 'unhealthy', successes: 0, failure };
  expect(after(unhealthy, [pass, pass, fail, pass, pass])).toBe('unhealthy');
  expect(after(unhealthy, [pass, pass, pass])).toBe('healthy');
});

test('a draining target stays so', () => {
  expect(after({ state: 'draining', untilMs: 9 }, [pass, fail, pass])).toBe('draining');
});

test('an initial target is asked again soon', () => {
  expect(nextCheckMs({ state: 'initial', sinceMs: 0 }, pace)).toBeLessThanOrEqual(250);
  expect(nextCheckMs({ state: 'healthy', failures: 0 }, pace)).toBe(1000);
});

test.each([
  ['200', 200, true],
  ['200', 201, false],
  ['200,202', 202, true],
  ['200-299', 250, true],
  ['200-299,404', 404, true],
  ['200-299', 300, false],
])('matcher %s on %i', (matcher, status, expected) => {
  expect(matches(matcher, status)).toBe(expected);
});
