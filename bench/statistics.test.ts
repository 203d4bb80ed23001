import { expect, it } from 'vitest';
import { type Figure, figureIn, judge } from './benchmark.ts';
import { median, rounded, sumOf } from './statistics.ts';

it('has the middle value, whatever the order', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2);
  expect(median([])).toBe(0);
});

it('rounds to significant digits', () => {
  expect([1234.5, 0.012345, 0].map((value) => rounded(value))).toEqual([1230, 0.0123, 0]);
  expect(sumOf([1, 2], (value) => value * 2)).toBe(6);
});

it('judges by limits, and refuses figures that were not measured', () => {
  const figure: Figure = { key: 'bytes', label: 'bytes', limit: { atMost: 10 } };
  expect([10, 11].map((value) => judge(figure, value))).toEqual(['met', 'missed']);
  expect(figureIn({ bytes: 3 }, figure)).toBe(3);
  expect(() => figureIn({}, figure)).toThrow('bytes was not measured');
  expect(() => figureIn({ bytes: Number.NaN }, figure)).toThrow('bytes was not measured');
});
