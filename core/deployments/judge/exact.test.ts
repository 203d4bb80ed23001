import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budgetOf } from './budget.ts';
import { calibrated } from './calibrated.ts';
import { boundaryOf, walk } from './lattice.ts';
import { leastP, rankSumP } from './ranks.ts';
import { errorsOnly, everything, latencyOnly, nothing } from './testing.ts';
import { calibrate, mixtureFor, mixtures, thresholdOf } from './thresholds.ts';

describe('the lattice', () => {
  it('has the probability of every path: it agrees with counting them all', () => {
    const share = 0.3;
    const boundary = boundaryOf(mixtures.even, share, 5);
    const horizon = 12;
    let stopped = 0;
    for (let path = 0; path < 2 ** horizon; path++) {
      let canary = 0;
      let probability = 1;
      let stops = false;
      for (let events = 1; events <= horizon; events++) {
        const isCanary = (path >> (events - 1)) & 1;
        canary += isCanary;
        probability *= isCanary ? share : 1 - share;
        stops ||= canary >= boundaryOf(mixtures.even, share, 5)(events);
      }
      if (stops) stopped += probability;
    }
    expect(stopped).toBeGreaterThan(0.01);
    expect(walk(boundary, share, horizon).stopped).toBeCloseTo(stopped, 12);
  });

  it('has thresholds in the table that are those it computes', () => {
    for (const [share, alpha] of [
      [0.5, 0.01],
      [0.1, 0.006],
      [0.25, 0.009],
    ] as const) {
      const name = mixtureFor(share);
      const computed = calibrate(mixtures[name], share, alpha);
      expect(calibrated[`${name} ${share} ${alpha}`]).toBeCloseTo(computed, 2);
      expect(thresholdOf(name, share, alpha)).toBeLessThan(1 / alpha);
    }
  });

  it('keeps false alarms at any share, also where the table has none', () => {
    for (const share of [0.07, 0.37, 0.62]) {
      const name = mixtureFor(share);
      const boundary = boundaryOf(mixtures[name], share, thresholdOf(name, share, 0.02));
      expect(walk(boundary, share, 1500).stopped).toBeLessThanOrEqual(0.02);
    }
    expect(thresholdOf('small', 0.001, 0.01)).toBe(100);
  });
});

describe('the rank sum', () => {
  it('is exact: it agrees with choosing in all ways, ties too', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 5 }),
        (canary, baseline) => {
          expect(rankSumP(canary, baseline)).toBeCloseTo(byChoosing(canary, baseline), 12);
        },
      ),
    );
  });

  it('finds the clearest order as rarely as there are ways to choose', () => {
    expect(rankSumP([5, 6], [1, 2, 3])).toBeCloseTo(0.1, 12);
    expect(leastP(2, 3)).toBeCloseTo(0.1, 12);
    expect(leastP(8, 8)).toBeCloseTo(1 / 12870, 12);
  });
});

function byChoosing(canary: readonly number[], baseline: readonly number[]): number {
  const all = [...canary, ...baseline];
  const rankOf = (value: number) =>
    all.filter((other) => other < value).length + all.filter((other) => other === value).length / 2;
  const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + rankOf(value), 0);
  const observed = sumOf(canary);
  let ways = 0;
  let extreme = 0;
  for (let chosen = 0; chosen < 2 ** all.length; chosen++) {
    const picked = all.filter((_, each) => (chosen >> each) & 1);
    if (picked.length !== canary.length) continue;
    ways++;
    if (sumOf(picked) >= observed - 1e-9) extreme++;
  }
  return extreme / ways;
}

it('shares out what may be false, and no more', () => {
  const variants = [
    everything,
    errorsOnly,
    latencyOnly,
    { ...everything, latency: undefined, metrics: [] },
    { ...nothing, exits: true },
    { ...latencyOnly, exits: true },
  ];
  for (const { latency, ...rest } of variants) {
    const { errors, perTask, pooled } = budgetOf(latency ? { ...rest, latency } : rest);
    const sum = errors + pooled + Object.values(perTask).reduce((all, part) => all + part, 0);
    expect(sum).toBeCloseTo(0.01, 12);
  }
});
