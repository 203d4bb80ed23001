import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonOf, lasting } from './json.ts';

const item = fc.oneof(
  fc.record({ name: fc.string(), count: fc.integer(), more: fc.array(fc.string()) }).map(lasting),
  fc.object(),
  fc.constantFrom(undefined, null, 1, 'text'),
);

it('writes what JSON.stringify writes, the first time and again', () => {
  const output = fc.dictionary(
    fc.string(),
    fc.oneof(fc.array(item, { maxLength: 4 }), fc.jsonValue(), fc.constant(undefined)),
  );
  fc.assert(
    fc.property(fc.oneof(output, fc.jsonValue()), (value) => {
      expect(jsonOf(value)).toBe(JSON.stringify(value));
      expect(jsonOf(value)).toBe(JSON.stringify(value));
    }),
  );
  expect(jsonOf(undefined)).toBe('');
});

it('writes a lasting item of a list once', () => {
  let written = 0;
  const one = lasting({
    get name() {
      written += 1;
      return 'one';
    },
  });
  expect(jsonOf({ items: [one, one] })).toBe('{"items":[{"name":"one"},{"name":"one"}]}');
  expect(jsonOf({ others: [one], none: undefined })).toBe('{"others":[{"name":"one"}]}');
  expect(written).toBe(1);
});
