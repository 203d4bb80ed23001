import { expect, test } from 'vitest';
import { filterOf } from './filter.ts';

const line = JSON.stringify({
  ...{ level: 'ERROR', ms: 120, ok: false, user: null, path: '/api/orders/7' },
  ...{ tags: ['a', 'b'], request: { 'user agent': 'curl', ip: '10.0.0.1' } },
});

test.each([
  ['{ $.level = "ERROR" }', true],
  ['{ $.level = ERROR }', true],
  ['{ $.level = "error" }', false],
  ['{ $.level != "INFO" }', true],
  ['{ $.none != "x" }', false],
  ['{ $.ms > 100 && $.ms <= 120 }', true],
  ['{ $.ms = 120 }', true],
  ['{ $.ms = "120" }', false],
  ['{ $.ms < 100 || $.tags[1] = b }', true],
  ['{ ($.ms < 100 || $.ms > 110) && $.level = E* }', true],
  ['{ $.path = "/api/*/7" }', true],
  ['{ $.path = "/api/*/8" }', false],
  ['{ $.path = "*orders*" }', true],
  ['{ $.ok IS FALSE }', true],
  ['{ $.user IS NULL }', true],
  ['{ $.none IS NULL }', false],
  ['{ $.none NOT EXISTS }', true],
  ['{ $.request.ip = 10.0.0.* }', true],
  ['{ $.request["user agent"] = "curl" }', true],
  ['"ERROR" -INFO', true],
  ['?nothing ?ERROR', true],
  ['', true],
])('%s', (pattern, fits) => {
  expect(filterOf(pattern)(line)).toBe(fits);
});

test('what is no JSON fits no pattern of JSON', () => {
  expect(filterOf('{ $.a NOT EXISTS }')('plain text')).toBe(false);
  expect(filterOf('{ $.a NOT EXISTS }')('7')).toBe(false);
});

test.each([
  '{ $.a }',
  '{ $.a = 1',
  '{ a = 1 }',
  '{ $.a = 1 } x',
  '{ $.a = %x% }',
  '[a, b]',
  '%x%',
  'x'.repeat(1025),
])('%s is refused', (pattern) => {
  expect(() => filterOf(pattern)).toThrow(expect.objectContaining({ name: 'InvalidParameterException' }));
});
