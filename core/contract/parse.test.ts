import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { parse, reading, strict } from './parse.ts';

const faults = (schema: z.core.$ZodType, value: unknown) => {
  const parsed = parse(schema, value, '/at');
  return parsed.ok ? [] : parsed.errors.map(({ path, detail }) => `${path} ${detail}`);
};

describe('what is told of each kind of fault', () => {
  it.each<[z.core.$ZodType, unknown, string]>([
    [z.string(), undefined, 'is missing'],
    [z.string(), null, 'has to be a string'],
    [z.int(), 1.5, 'has to be a whole number'],
    [z.record(z.string(), z.string()), [], 'has to be an object'],
    [z.enum(['a', 'b']), 'c', 'has to be "a" or "b"'],
    [z.number().check(z.maximum(3)), 4, 'may be at most 3'],
    [z.number().check(z.lt(3)), 3, 'has to be less than 3'],
    [z.number().check(z.minimum(3)), 2, 'has to be at least 3'],
    [z.number().check(z.gt(3)), 3, 'has to be more than 3'],
    [z.number().check(z.multipleOf(5)), 3, 'has to be a multiple of 5'],
    [z.string().check(z.maxLength(1)), 'ab', 'may be at most 1 characters long'],
    [z.array(z.string()).check(z.minLength(1)), [], 'has to be at least 1 items long'],
    [z.string().check(z.regex(/^a$/)), 'b', 'has to match /^a$/'],
    [z.iso.datetime(), 'today', 'has to be a valid datetime'],
    [z.union([z.string(), z.number()]), true, 'has none of the forms that it may have'],
    [
      z.discriminatedUnion('type', [z.object({ type: z.literal('a') })]),
      { type: 'b' },
      '/type has none of the forms that it may have',
    ],
    [z.string().check(z.refine(() => false)), 'a', 'is not valid'],
    [
      z.pipe(
        z.string(),
        reading(() => ({ problem: 'has to be better' })),
      ),
      'a',
      'has to be better',
    ],
  ])('%#', (schema, value, expected) => {
    expect(faults(schema, value)).toEqual([expected.startsWith('/') ? `/at${expected}` : `/at ${expected}`]);
  });

  it('a name that is none is told as a name, at its place', () => {
    const named = z.record(z.string().check(z.regex(/^a$/, 'has to be "a"')), z.string());
    expect(faults(named, { 'b/c': 'x' })).toEqual(['/at/b~1c as a name has to be "a"']);
  });

  it('each key that is not known has advice of its own', () => {
    expect(faults(strict({ port: z.int() }), { port: 1, prt: 2, x: 3 })).toEqual([
      '/at/prt there is no key "prt"; did you mean "port"?',
      '/at/x there is no key "x"; known here: port',
    ]);
  });
});
