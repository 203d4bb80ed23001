import { expect, it } from 'vitest';
import { globMatcher } from './glob.ts';

it.each([
  ['a', 'a', true],
  ['a', 'ab', false],
  ['a*', 'abc', true],
  ['a*', 'ba', false],
  ['*', '', true],
  ['task-definition/berth-local-*:*', 'task-definition/berth-local-shop-web:7', true],
  ['task-definition/berth-local-*:*', 'task-definition/berth-local-shop-web', false],
  ['targetgroup/local-*/*', 'targetgroup/local-web/0123', true],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['a.c*d', 'abcd', false],
  ['A*', 'abc', false],
])('%s and %s: %s', (pattern, text, matches) => {
  expect(globMatcher(pattern)(text)).toBe(matches);
});
