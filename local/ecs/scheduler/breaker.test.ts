import { describe, expect, it } from 'vitest';
import { afterFailure, failureThreshold, noBackoff } from './breaker.ts';

describe('the failure threshold', () => {
  const on = { enable: true, rollback: true };
  it.each([
    [1, 3],
    [25, 13],
    [400, 200],
    [800, 200],
  ])('of %i tasks is %i by default', (desired, threshold) => {
    expect(failureThreshold(on, desired)).toBe(threshold);
  });

  it('is a bare share or a count where the configuration says so, and undefined when off', () => {
    const unbounded = { ...on, thresholdConfiguration: { type: 'UNBOUNDED_PERCENT', value: 10 } };
    const count = { ...on, thresholdConfiguration: { type: 'COUNT', value: 2 } };
    expect(failureThreshold(unbounded, 10)).toBe(1);
    expect(failureThreshold(count, 800)).toBe(2);
    expect(failureThreshold({ enable: false, rollback: true }, 5)).toBeUndefined();
  });
});

describe('the back-off', () => {
  it('lets three rounds pass, then doubles up to 27 minutes', () => {
    let now = 0;
    let backoff = noBackoff;
    const delays: number[] = [];
    for (let round = 0; round < 16; round += 1) {
      backoff = afterFailure(backoff, { createdAt: now, reachedRunning: false }, now + 1);
      delays.push((backoff.startAfter - now - 1) / 1000);
      now = Math.max(backoff.startAfter, now + 1);
    }
    expect(delays).toEqual([0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1620, 1620]);
  });

  it('counts tasks that failed together as one round', () => {
    const first = afterFailure(noBackoff, { createdAt: 0, reachedRunning: false }, 10);
    expect(afterFailure(first, { createdAt: 0, reachedRunning: false }, 11)).toBe(first);
  });
});
