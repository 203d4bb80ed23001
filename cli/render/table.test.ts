import { expect, test } from 'vitest';
import { table } from './table.ts';

test('columns are as wide as their content, and no line ends in blanks', () => {
  expect(
    table(
      ['service', 'release'],
      [
        ['shop-web', 'v12'],
        ['shop-worker', ''],
      ],
    ),
  ).toBe(['service      release', 'shop-web     v12', 'shop-worker'].join('\n'));
});

test('colours and wide characters do not count as width', () => {
  const [, first, second] = table(
    ['a', 'b'],
    [
      ['\u001b[32m✔\u001b[39m ok', 'x'],
      ['数字数', 'y'],
    ],
  ).split('\n');
  expect(first).toContain('✔\u001b[39m ok    x');
  expect(second).toBe('数字数  y');
});
