import { describe, expect, test } from 'vitest';
import { safeJson, safeLine, safeLines } from './safe.ts';

describe('text from outside, for a terminal', () => {
  test.each([
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['a window title', '\u001b]0;owned\u0007text', 'text'],
    ['a clear screen', '\u001b[2J\u001b[Htext', 'text'],
    ['eight-bit controls', '\u009b31mred', 'red'],
    ['a bell and a backspace', 'a\u0007b\u0008c', 'abc'],
    ['a carriage return that would overwrite', 'succeeded\rfailed', 'succeeded failed'],
    ['a right-to-left override', 'a\u202egnp.exe', 'agnp.exe'],
    ['a line separator', 'a\u2028b', 'ab'],
    ['half a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['ordinary words in any script', 'größer 数 🚢', 'größer 数 🚢'],
  ])('%s', (_what, text, expected) => expect(safeLine(text)).toBe(expected));

  test('a line is bounded', () => expect(safeLine('x'.repeat(50), 10)).toBe(`${'x'.repeat(9)}…`));

  test('several lines stay several lines', () => {
    expect(safeLines('Error: a\n\tat b\r\n\u001b[1mc')).toEqual(['Error: a', '  at b', 'c']);
  });

  test('no escape sequence is left to complete across the cut', () => {
    expect(safeLine(`${'x'.repeat(8)}\u001b[31mred`, 12)).not.toContain('\u001b');
  });
});

describe('JSON', () => {
  test('keeps every value and shows no control character', () => {
    const value = { text: 'a\u009b31m\u202eb\u0007\u2028' };
    const json = safeJson(value);
    expect(JSON.parse(json)).toEqual(value);
    expect(json).toMatch(/^[\u0020-\u007e]*$/);
  });
});
