import { expect, test } from 'vitest';
import { Failure } from '../failure.ts';
import { parseYaml } from './yaml.ts';

const failureOf = (text: string): Failure => {
  try {
    parseYaml(text, 'berth.yaml');
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it was accepted');
};

const shop = `app: shop
services:
  web:
    image: shop:1
    ports:
      - 80
      - 81
  "a/b":
    x: 1
`;

test.each([
  ['', 1],
  ['/services', 2],
  ['/services/web/image', 4],
  ['/services/web/ports/1', 7],
  ['/services/web/health/path', 3],
  ['/services/a~1b/x', 9],
  ['/nothing', 1],
])('%s stands on line %i', (pointer, line) => {
  expect(parseYaml(shop, 'berth.yaml').locate(pointer).line).toBe(line);
});

test('values come as they are written', () => {
  expect(parseYaml('a: yes\nb: 1\nc: 010\nd: {}', 'x').value).toEqual({ a: 'yes', b: 1, c: 10, d: {} });
});

test('a key given twice is told with its line', () => {
  expect(failureOf('app: a\nservices: {}\napp: b\n').faults).toEqual([
    { path: '', detail: expect.stringContaining('twice'), line: 3, column: 1 },
  ]);
});

test.each([
  ['an open quotation', 'a: "b', 1],
  ['an open bracket', 'a: [1, 2\nb: 3', 2],
  ['a tab as indentation', 'a:\n\tb: 1', 2],
  ['several documents', 'a: 1\n---\nb: 2', 2],
  ['a tag that nothing knows', 'a: !!js/function "x"', 1],
])('%s is refused with its line', (_what, text, line) => {
  const failure = failureOf(text);
  expect(failure.exit).toBe('badInput');
  expect(failure.faults.map((fault) => fault.line)).toContain(line);
});

test('a bomb of aliases is refused', () => {
  const levels = Array.from({ length: 12 }, (_, level) =>
    level === 0
      ? 'l0: &l0 [x]'
      : `l${level}: &l${level} [${Array(10)
          .fill(`*l${level - 1}`)
          .join(', ')}]`,
  );
  expect(failureOf(levels.join('\n')).faults[0]?.detail).toContain('aliases');
});

test('an alias of nothing is refused', () => {
  expect(failureOf('a: *nobody').faults[0]?.detail).toContain('nobody');
});

test('nesting without end is refused', () => {
  expect(failureOf('['.repeat(100_000)).exit).toBe('badInput');
});

test('a key cannot reach the prototype', () => {
  const { value } = parseYaml('__proto__: { polluted: true }', 'x');
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
