import { expect, test } from 'vitest';
import { attribute, type ProcessSeen, parseStat } from './usage.ts';

const seen = (pid: number, parent: number, group: number): ProcessSeen => ({
  ...{ pid, parent, group },
  ...{ cpuSeconds: pid, memoryBytes: 1000 * pid },
});

test('a container has its group, and what descends from it in groups of its own', () => {
  const processes = [seen(1, 0, 1), seen(10, 1, 10), seen(11, 10, 10), seen(12, 11, 12), seen(13, 12, 13)];
  const strangers = [seen(20, 1, 20), seen(30, 31, 30), seen(31, 30, 31)];
  const usages = attribute(
    new Map([
      ['web', 10],
      ['gone', 99],
    ]),
    [...processes, ...strangers],
  );
  expect([...usages]).toEqual([['web', { cpuSeconds: 10 + 11 + 12 + 13, memoryBytes: 46_000 }]]);
});

test('a line of /proc is read whatever the program is called', () => {
  const rest =
    'S 7 42 42 0 -1 4194304 100 0 0 0 150 50 25 25 20 0 1 0 100 1000000 300 18446744073709551615 1';
  expect(parseStat(`43 (a) (b c) ${rest}`)).toEqual({
    ...{ pid: 43, parent: 7, group: 42 },
    ...{ cpuSeconds: 2.5, memoryBytes: 300 * 4096 },
  });
  expect(parseStat('')).toBeUndefined();
});
