import { expect, test } from 'vitest';
import { createWork } from '../time/work.ts';
import { awaitedTraffic } from './awaited.ts';
import type { TargetState } from './messages.ts';
import type { TrafficThread } from './traffic-thread.ts';

const place = { targetGroupArn: 'group', target: { address: '127.0.0.1', port: 80 } };

function awaited() {
  const traffic: TrafficThread = {
    start: () => undefined,
    stop: async () => undefined,
    isRunning: () => true,
    tell: () => undefined,
    open: async () => undefined,
    close: async () => undefined,
    probe: async () => ({ ok: true }),
  };
  // Time stands still: nothing that was begun is ever given up.
  const work = createWork({ now: () => 0 });
  const { traffic: watched, unused } = awaitedTraffic(traffic, { work });
  const tell = (number: number, state: TargetState) =>
    watched.tell({ type: 'target', number, state, ...place });
  return { work, tell, unused: (number: number) => unused({ type: 'unused', number, ...place }) };
}

test('time stands until the last that was said of a target is confirmed', () => {
  const { work, tell, unused } = awaited();
  tell(1, 'healthy');
  expect(work.isIdle()).toBe(true);
  tell(2, 'draining');
  unused(1);
  expect(work.isIdle()).toBe(false);
  unused(2);
  expect(work.isIdle()).toBe(true);
});

test('nothing is waited for any more that a later update has overtaken', () => {
  const { work, tell, unused } = awaited();
  tell(1, 'draining');
  tell(2, 'gone');
  unused(2);
  expect(work.isIdle()).toBe(true);
});
