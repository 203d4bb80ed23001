import { expect, it } from 'vitest';
import { limitOf, pass, ruleOf } from './exact.ts';
import { noiseFolder, noiseIn, tasksAt, windows } from './noise.ts';
import { lotsFrom } from './random.ts';

it('finds false alarms and delays of the judge that are within what is promised', () => {
  for (const { share, most, worst } of [
    { share: 0.5, most: 1.15, worst: 1.18 },
    { share: 0.1, most: 1.17, worst: 1.24 },
  ]) {
    const rule = ruleOf(share, 2500);
    const over = (ratio: number) => pass(rule, share, ratio, 'worse').meanErrors / limitOf(ratio, share);
    expect(pass(rule, share, 1, 'worse').worseBy.at(-1)).toBeLessThanOrEqual(0.01);
    expect(over(2)).toBeLessThanOrEqual(most);
    expect(Math.max(...[1.5, 3, 5, 10].map(over))).toBeLessThanOrEqual(worst);
  }
});

it('has the limit by hand: ln 100 over the information of an error', () => {
  expect(limitOf(2, 0.5)).toBeCloseTo(
    Math.log(100) / ((2 / 3) * Math.log(4 / 3) + (1 / 3) * Math.log(2 / 3)),
    9,
  );
});

it('walks each path of the lattice with its probability', () => {
  const rule = { worseFrom: [Number.POSITIVE_INFINITY, 2, 2], notWorseTo: [-1, -1, -1] };
  const { worseBy, meanErrors } = pass(rule, 0.5, 3, 'worse');
  expect([...worseBy]).toEqual([0, 0, 0.75 ** 2]);
  expect(meanErrors).toBe(2);
});

it('reads the reduced copy of the noise, and lends each task as many windows as are looked at', () => {
  const folder = new URL('data/', import.meta.url).pathname;
  const noises = noiseIn(folder);
  expect(noises.length).toBe(3);
  for (const noise of noises)
    for (const task of tasksAt(noise, 0.999, 8, lotsFrom(1))) {
      expect(task.length).toBe(windows);
      expect(task.every((value) => value > 0)).toBe(true);
    }
  expect(() => noiseFolder('/nowhere')).toThrow('no files');
});

it('draws by a seed, about as many as the mean', () => {
  const drawn = (mean: number) => {
    const lots = lotsFrom(7);
    return Array.from({ length: 4000 }, () => lots.poisson(mean));
  };
  expect(drawn(3)).toEqual(drawn(3));
  for (const mean of [0.1, 3, 45, 900]) {
    const values = drawn(mean);
    const average = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(average - mean)).toBeLessThan(5 * Math.sqrt(mean / values.length));
  }
});
