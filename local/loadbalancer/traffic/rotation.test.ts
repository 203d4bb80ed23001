import { beforeEach, expect, test } from 'vitest';
import type { TargetState } from '../messages.ts';
import { Rotation } from './rotation.ts';

const target = { address: '127.0.0.1', port: 8080 };
let confirmed: number[];
let rotation: Rotation;

beforeEach(() => {
  confirmed = [];
  rotation = new Rotation({ confirm: ({ number }) => void confirmed.push(number), busy: () => {} });
});

const update = (number: number, state: TargetState) =>
  rotation.apply({ type: 'target', number, targetGroupArn: 'web', target, state });
const states = () => rotation.of('web').map(({ state }) => state);

test('an idle target is confirmed as unused at once, a busy one with its last request', () => {
  update(1, 'healthy');
  update(2, 'draining');
  expect([confirmed, states()]).toEqual([[2], []]);

  update(3, 'healthy');
  const [upstream] = rotation.of('web');
  const ends = [1, 2].map(() => rotation.begin(upstream!, { abort: () => {} }));
  update(4, 'draining');
  ends[0]?.();
  expect([confirmed, states()]).toEqual([[2], ['draining']]);
  ends[1]?.();
  expect([confirmed, states()]).toEqual([[2, 4], []]);
});

test('what was sent earlier does not bring a target back', () => {
  update(2, 'healthy');
  update(3, 'draining');
  update(1, 'healthy');
  update(2, 'healthy');
  expect([confirmed, states()]).toEqual([[3], []]);
});

test('a target that is registered again while it drains stays', () => {
  update(1, 'healthy');
  const end = rotation.begin(rotation.of('web')[0]!, { abort: () => {} });
  update(2, 'draining');
  update(3, 'initial');
  end();
  expect([confirmed, states()]).toEqual([[], ['initial']]);
});

test('a target that must go is cut off', () => {
  update(1, 'healthy');
  let cut = 0;
  const end = rotation.begin(rotation.of('web')[0]!, { abort: () => cut++ });
  update(2, 'draining');
  update(3, 'gone');
  end();
  expect([cut, confirmed, states()]).toEqual([1, [3], []]);
});

test('a target that is not known here is unused', () => {
  update(7, 'draining');
  update(8, 'gone');
  expect(confirmed).toEqual([7, 8]);
});
