import { expect, test } from 'vitest';
import type { LogEventView } from '../../core/contract/views.ts';
import { createTail } from './tail.ts';

const line = (id: string, second: number): LogEventView => ({
  id,
  at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
  task: 't',
  stream: 's',
  message: id,
});

test('looks overlap, and no line is shown twice or lost', () => {
  const tail = createTail();
  expect(tail.since()).toBeUndefined();
  expect(tail.fresh([line('a', 10), line('b', 11)]).map(({ id }) => id)).toEqual(['a', 'b']);
  expect(tail.since()).toBe('2026-01-01T00:00:06.000Z');
  // `late` was kept after `b` although it was written before.
  const second = tail.fresh([line('a', 10), line('late', 10), line('b', 11), line('c', 12)]);
  expect(second.map(({ id }) => id)).toEqual(['late', 'c']);
  expect(tail.fresh([line('c', 12)])).toEqual([]);
});
