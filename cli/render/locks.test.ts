import pico from 'picocolors';
import { expect, test } from 'vitest';
import type { LockView } from '../../core/contract/views.ts';
import { lockLine, renderLocks } from './locks.ts';

const plain = pico.createColors(false);
const now = Date.parse('2026-11-30T22:00:00Z');

const lock: LockView = {
  id: 'lock_1',
  environment: 'production',
  service: 'shop-web',
  actor: 'ann',
  message: 'incident 7',
  since: '2026-11-30T21:50:00.000Z',
};
const { service: _, ...ofAll } = lock;
const freeze: LockView = {
  ...ofAll,
  id: 'lock_2',
  message: 'Black Friday',
  until: '2026-12-01T00:00:00.000Z',
};

test('a lock on a line says of what, by whom, for how long and why', () => {
  expect(lockLine(lock, now, plain)).toBe('■ shop-web is locked by ann: incident 7');
  expect(lockLine(freeze, now, plain)).toBe(
    '■ production (all) is frozen by ann until 2026-12-01 00:00 UTC, in 2 h: Black Friday',
  );
  expect(lockLine({ ...lock, message: 'a\u001b[2Jb', actor: '\u202eann' }, now, plain)).toBe(
    '■ shop-web is locked by ann: ab',
  );
});

test('locks are a table, with the ids to take them away by', () => {
  expect(renderLocks([freeze, lock], now, plain).split('\n')).toEqual([
    'locked            why           who  when      until                         id',
    'production (all)  Black Friday  ann  10 m ago  2026-12-01 00:00 UTC, in 2 h  lock_2',
    'shop-web          incident 7    ann  10 m ago  until it is taken away        lock_1',
  ]);
});
