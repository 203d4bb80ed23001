import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flawOf, openJudge, rejudge, verdictOf, weigh } from './judge.ts';
import { episodes, errorsOnly, everything, latencyOnly, minute, nothing, tasksWith } from './testing.ts';
import type { Evidence, JudgeSettings } from './types.ts';

const opening = { tasks: { canary: 8, baseline: 8 }, share: 0.5 };

const judged = (settings: JudgeSettings, ...evidence: Evidence[]) =>
  rejudge(settings, opening, evidence).verdict;

describe('errors', () => {
  it('are worse where a release has many times those of the one before, with the counts', () => {
    const requests = { canary: 1204, baseline: 3611 };
    const verdict = judged(errorsOnly, minute(0, { share: 0.25, requests, errors: episodes(31, 9) }));
    expect(verdict).toMatchObject({ is: 'worse', of: 'errors' });
    expect(verdict.text).toContain('31 errors in 1,204 requests where the release before had 9 in 3,611');
  });

  it('are nothing before there are requests, undecided at first, not worse when the harm is bounded', () => {
    const requests = { canary: 3000, baseline: 3000 };
    expect(judged(errorsOnly).is).toBe('no_data');
    expect(judged(errorsOnly, minute(0, { requests, errors: episodes(3, 3) })).is).toBe('undecided');
    const hour = Array.from({ length: 60 }, (_, each) => minute(each, { requests, errors: episodes(3, 3) }));
    expect(judged(errorsOnly, ...hour)).toMatchObject({
      is: 'not_worse',
      bounds: [{ of: 'errors', atMostRatio: 1.5, isReached: true }],
    });
  });

  it('need a bound of their own where there are none: a share that clean requests show not to be reached', () => {
    const strict: JudgeSettings = { ...errorsOnly, errors: { atMostRatio: 2, atMostShare: 0.01 } };
    const clean = (canary: number) =>
      judged(strict, minute(0, { requests: { canary, baseline: 9000 }, errors: episodes(0, 0) })).is;
    expect([clean(460), clean(480)]).toEqual(['undecided', 'not_worse']);
  });

  it('are weighed by the share of each step', () => {
    const early = minute(0, { share: 0.1, errors: episodes(4, 6) });
    const late = minute(1, { share: 0.5, errors: episodes(10, 10) });
    expect(rejudge(errorsOnly, { ...opening, share: 0.1 }, [early]).verdict.is).toBe('undecided');
    const { trail } = rejudge(errorsOnly, { ...opening, share: 0.1 }, [early, late]);
    expect(trail[1]!.measures[0]!.e).toBeLessThan(trail[0]!.measures[0]!.e);
    expect(trail[1]!.measures[0]!.threshold).toBeGreaterThanOrEqual(100);
  });

  it('may come in a hundred steps, each with a share of its own, with what is left of α', () => {
    const steps = Array.from({ length: 100 }, (_, each) =>
      minute(each, {
        share: (each + 0.5) / 101,
        errors: episodes(each % 40 === 0 ? 1 : 0, each % 8 === 0 ? 1 : 0),
      }),
    );
    const { trail, state } = rejudge(errorsOnly, { ...opening, share: 0.5 / 101 }, steps);
    expect(trail.every(({ measures }) => measures[0]!.threshold >= 100)).toBe(true);
    expect(state.errors!.spent).toBeLessThan(0.01);
    expect(JSON.stringify(state).length).toBeLessThan(4096);
  });

  it('count for less where a load balancer counts each retry, until the baseline shows that they come singly', () => {
    const both = (counted: 'episodes' | 'requests') =>
      judged(errorsOnly, minute(0, { errors: { canary: 12, baseline: 0, counted } })).is;
    expect([both('episodes'), both('requests')]).toEqual(['worse', 'undecided']);
    const requests = { canary: 3000, baseline: 3000 };
    const singly = Array.from({ length: 30 }, (_, each) =>
      minute(each, { requests, errors: { canary: 12, baseline: 3 + (each % 3), counted: 'requests' } }),
    );
    expect(judged(errorsOnly, ...singly).is).toBe('worse');
    const inBursts = Array.from({ length: 30 }, (_, each) => {
      const burst = each % 10 === 0 ? 40 : 0;
      return minute(each, { requests, errors: { canary: burst * 2, baseline: burst, counted: 'requests' } });
    });
    expect(judged(errorsOnly, ...inBursts).is).toBe('undecided');
  });
});

describe('latency', () => {
  const eight = [100, 102, 99, 104, 98, 101, 103, 97];
  const evidence = (ratio: number, count: number, baselineIsFresh = true) =>
    Array.from({ length: 5 }, (_, each) =>
      minute(each, {
        latency: {
          canary: tasksWith('canary', eight.slice(0, count)).map((one) => ({
            ...one,
            value: one.value * ratio,
          })),
          baseline: tasksWith('baseline', eight),
          baselineIsFresh,
        },
      }),
    );

  it('is judged task by task: eight slower ones are, one busy one is not', () => {
    expect(judged(latencyOnly, ...evidence(1.4, 8))).toMatchObject({ is: 'worse', of: 'latency' });
    expect(judged(latencyOnly, ...evidence(1, 8)).is).toBe('not_worse');
    const busy = evidence(1, 8).map((each) => ({
      ...each,
      latency: {
        ...each.latency!,
        canary: each.latency!.canary.map((one, task) =>
          task === 0 ? { ...one, value: 9000, weight: 1e6 } : one,
        ),
      },
    }));
    expect(judged(latencyOnly, ...busy).is).not.toBe('worse');
  });

  it('says what it cannot judge with few tasks, and finds what is gross', () => {
    const even = judged(latencyOnly, ...evidence(1.1, 2));
    expect(even.is).toBe('not_worse');
    expect(even.text).toContain('latency below +30 % cannot be judged with 2 tasks beside 8');
    expect(judged(latencyOnly, ...evidence(1.4, 2)).is).toBe('worse');
    expect(judged(latencyOnly, ...evidence(1.4, 1)).is).toBe('not_worse');
    expect(judged(latencyOnly, ...evidence(1.6, 1)).is).toBe('worse');
  });

  it('allows for tasks of the baseline that are older', () => {
    expect(judged(latencyOnly, ...evidence(1.12, 8)).is).toBe('worse');
    const stale = judged(latencyOnly, ...evidence(1.12, 8, false));
    expect(stale.is).toBe('undecided');
    expect(stale.text).toContain('+15 % is allowed for');
    expect(judged(latencyOnly, ...evidence(1.4, 8, false)).is).toBe('worse');
  });

  it('reads a metric of which less is worse the other way round', () => {
    const settings: JudgeSettings = {
      ...nothing,
      metrics: [{ name: 'Throughput', worse: 'lower', atMostRatio: 1.2 }],
    };
    const metrics = (ratio: number) => (each: Evidence) => ({
      ...each,
      metrics: { Throughput: each.latency! },
      ratio,
    });
    expect(judged(settings, ...evidence(1.4, 8).map(metrics(1.4))).is).toBe('not_worse');
    expect(judged(settings, ...evidence(0.7, 8).map(metrics(0.7)))).toMatchObject({
      of: 'metric:Throughput',
    });
  });
});

it('finds tasks that keep dying, by the time that they ran', () => {
  const settings: JudgeSettings = { ...nothing, exits: true };
  const dying = (failures: number) =>
    minute(0, {
      exits: { canary: { taskSeconds: 60, failures }, baseline: { taskSeconds: 540, failures: 0 } },
    });
  expect([dying(1), dying(5)].map((each) => judged(settings, each).is)).toEqual(['undecided', 'worse']);
  expect(judged(settings, dying(0)).is).toBe('not_worse');
});

it('finds traffic that vanished, not weights that are inexact nor the moment in which they move', () => {
  const settings: JudgeSettings = { ...nothing, errors: { atMostRatio: 2 }, traffic: true };
  const minutes = (count: number, canary: number) =>
    Array.from({ length: count }, (_, each) =>
      minute(each, { requests: { canary, baseline: 3000 }, errors: episodes(0, 0) }),
    );
  expect(judged(settings, ...minutes(5, 0))).toMatchObject({ is: 'worse', of: 'traffic' });
  expect(judged(settings, ...minutes(60, 2500)).is).not.toBe('worse');
  expect(judged(settings, ...minutes(1, 0).map((each) => ({ ...each, toMs: 20_000 }))).is).not.toBe('worse');
});

const counts = fc.record({
  canary: fc.nat({ max: 30 }),
  baseline: fc.nat({ max: 30 }),
  requests: fc.record({ canary: fc.nat({ max: 10_000 }), baseline: fc.nat({ max: 10_000 }) }),
});
const shares = fc.constantFrom(0.05, 0.1, 0.3, 0.5, 0.9);
const rank = { worse: 0, undecided: 1, no_data: 1, not_worse: 2 };

describe('whatever comes', () => {
  it('does not depend on how intervals are cut at one share', () => {
    fc.assert(
      fc.property(fc.array(counts, { minLength: 1, maxLength: 12 }), shares, (parts, share) => {
        const cut = parts.map((part, each) =>
          minute(each, { share, requests: part.requests, errors: episodes(part.canary, part.baseline) }),
        );
        const sum = (of: (part: (typeof parts)[number]) => number) =>
          parts.reduce((all, each) => all + of(each), 0);
        const whole: Evidence = {
          ...minute(0, { share }),
          toMs: parts.length * 60_000,
          requests: {
            canary: sum((each) => each.requests.canary),
            baseline: sum((each) => each.requests.baseline),
          },
          errors: episodes(
            sum((each) => each.canary),
            sum((each) => each.baseline),
          ),
        };
        const at = { ...opening, share };
        expect(rejudge(errorsOnly, at, cut).verdict).toEqual(rejudge(errorsOnly, at, [whole]).verdict);
      }),
    );
  });

  it('is never less worse for more errors of the canary', () => {
    fc.assert(
      fc.property(
        fc.array(counts, { minLength: 1, maxLength: 6 }),
        fc.nat({ max: 40 }),
        shares,
        (parts, more, share) => {
          const of = (added: number) =>
            rejudge(
              errorsOnly,
              { ...opening, share },
              parts.map((part, each) =>
                minute(each, {
                  share,
                  requests: part.requests,
                  errors: episodes(part.canary + added, part.baseline),
                }),
              ),
            ).verdict;
          expect(rank[of(more + 1).is]).toBeLessThanOrEqual(rank[of(1).is]);
        },
      ),
    );
  });

  it('is the same from the stored evidence as when it was weighed, through JSON at each step', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 20 }), (parts) => {
        const evidence = parts.map((part, each) => minute(each, part));
        const state = evidence.reduce(
          (known, each) => JSON.parse(JSON.stringify(weigh(everything, known, each))),
          openJudge(everything, opening),
        );
        const again = rejudge(everything, opening, evidence);
        expect(again.state).toEqual(state);
        expect(again.verdict).toEqual(verdictOf(everything, state));
        expect(JSON.stringify(state).length).toBeLessThan(4096);
      }),
    );
  });

  it('never throws, changes nothing for what is no evidence or came before, and its texts have no NaN', () => {
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 10 }), (intervals) => {
        let state = openJudge(everything, opening);
        for (const each of intervals) {
          const next = weigh(everything, state, each);
          if (flawOf(each) !== undefined) expect(next).toBe(state);
          else expect(weigh(everything, next, each)).toBe(next);
          state = next;
          expect(JSON.stringify(verdictOf(everything, state))).not.toMatch(/NaN|Infinity|undefined/);
        }
      }),
    );
  });
});

const values = (arm: string) =>
  fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 20 }).map((all) => tasksWith(arm, all));
const arms = <Value>(canary: fc.Arbitrary<Value>, baseline: fc.Arbitrary<Value> = canary) =>
  fc.record({ canary, baseline });
const exits = fc.record({ taskSeconds: fc.nat({ max: 1e5 }), failures: fc.nat({ max: 9 }) });

const anything: fc.Arbitrary<Partial<Evidence>> = fc.record(
  {
    share: shares,
    requests: arms(fc.nat({ max: 1e6 })),
    errors: arms(fc.nat({ max: 500 })).chain((both) =>
      fc.constantFrom('episodes' as const, 'requests' as const).map((counted) => ({ ...both, counted })),
    ),
    latency: arms(values('canary'), values('baseline')).map((both) => ({ ...both, baselineIsFresh: true })),
    metrics: arms(values('canary'), values('baseline')).map((QueueAge) => ({ QueueAge })),
    exits: arms(exits),
  },
  { requiredKeys: ['share'] },
);

const number = fc.oneof(
  fc.constantFrom(0, 1, 1e15, 1e300, -1, Number.NaN, Number.POSITIVE_INFINITY),
  fc.nat({ max: 1e9 }),
);
const wild: fc.Arbitrary<Evidence> = fc.record({
  fromMs: fc.nat({ max: 10 }),
  toMs: number,
  share: fc.oneof(shares, number),
  requests: arms(number),
  errors: arms(number).map((both) => ({ ...both, counted: 'requests' as const })),
  exits: arms(fc.record({ taskSeconds: number, failures: number })),
  latency: arms(number, number).map(({ canary, baseline }) => ({
    canary: tasksWith('canary', [canary]),
    baseline: tasksWith('baseline', [baseline]),
    baselineIsFresh: false,
  })),
});
