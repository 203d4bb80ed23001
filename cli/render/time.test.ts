import { expect, test } from 'vitest';
import { ago, duration } from './time.ts';

test.each([
  [0, '0.0 s'],
  [340, '0.3 s'],
  [9_949, '9.9 s'],
  [9_990, '10 s'],
  [12_400, '12 s'],
  [59_700, '1 m'],
  [250_000, '4 m 10 s'],
  [3_600_000, '1 h'],
  [7_500_000, '2 h 5 m'],
  [273_600_000, '3 d 4 h'],
  [-5, '0.0 s'],
])('%i ms is %s', (ms, text) => expect(duration(ms)).toBe(text));

const now = Date.parse('2026-01-02T00:00:00Z');

test.each([
  ['2026-01-01T23:59:50Z', '10 s ago'],
  ['2026-01-01T23:30:00Z', '30 m ago'],
  ['2026-01-01T00:00:00Z', '1 d ago'],
  ['2026-01-02T00:00:30Z', '0 s ago'],
  ['nonsense', '–'],
  [undefined, '–'],
])('%s is %s', (iso, text) => expect(ago(iso, now)).toBe(text));
