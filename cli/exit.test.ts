import { expect, test } from 'vitest';
import { type Exit, exitOfVerdict, exits, exitTable, worst } from './exit.ts';

test('every end has a code of its own', () => {
  const codes = Object.values(exits).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
});

test('zero means success and nothing else', () => {
  const zero = Object.entries(exits).filter(([, { code }]) => code === 0);
  expect(zero.map(([name]) => name)).toEqual(['succeeded']);
});

test.each([
  ['succeeded', 'succeeded'],
  ['rolled_back', 'rolledBack'],
  ['failed', 'failed'],
  ['superseded', 'superseded'],
  ['cancelled', 'superseded'],
  ['a verdict of a later version', 'unexpected'],
] satisfies [string, Exit][])('%s ends as %s', (verdict, exit) => expect(exitOfVerdict(verdict)).toBe(exit));

test('of several ends the most serious one is reported', () => {
  expect(worst([])).toBe('succeeded');
  expect(worst(['succeeded', 'stillRunning', 'rolledBack'])).toBe('rolledBack');
  for (const end of Object.keys(exits) as Exit[]) {
    expect(worst(['succeeded', end])).toBe(end);
  }
});

test('the table tells every code', () => {
  for (const { code, meaning } of Object.values(exits)) expect(exitTable()).toContain(`${code}  ${meaning}`);
});
