import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseProvider } from './strategy.ts';

describe('chooseProvider', () => {
  it('satisfies the base before the weights, and keeps to the weights afterwards', () => {
    const weights = fc.record({
      base: fc.integer({ min: 0, max: 6 }),
      one: fc.integer({ min: 0, max: 5 }),
      other: fc.integer({ min: 1, max: 5 }),
      count: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(weights, ({ base, one, other, count }) => {
        const strategy = [
          { capacityProvider: 'FARGATE_SPOT', weight: other },
          { capacityProvider: 'FARGATE', base, weight: one },
        ];
        const taken: (string | undefined)[] = [];
        for (let begun = 0; begun < count; begun += 1) taken.push(chooseProvider(strategy, taken));
        expect(taken.slice(0, base)).toEqual(Array(Math.min(base, count)).fill('FARGATE'));
        const beyond = taken.slice(base);
        const share = (beyond.length * one) / (one + other);
        const given = beyond.filter((provider) => provider === 'FARGATE').length;
        expect(Math.abs(given - share)).toBeLessThan(1.0001);
      }),
    );
  });
});
