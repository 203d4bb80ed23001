import type { Usage } from '../meter/tally.ts';
import { median, rounded, sumOf } from '../statistics.ts';
import type { Looks, Round } from './round.ts';

/** What an event costs, by the requests that arrived at the table. */
export type EventCost = {
  readonly writesPerEvent: number;
  readonly readsPerEvent: number;
  /** Of the writes, those whose condition did not hold. */
  readonly refusedPerEvent: number;
  readonly writeUnitsPerEvent: number;
  readonly readUnitsPerEvent: number;
  /** Messages that ask for a look at the owner: one for each service in a batch. */
  readonly messagesPerEvent: number;
};

export type Speed = {
  readonly cpuMsPerEvent: number;
  readonly eventsPerSecond: number;
  /** Median of an invocation. */
  readonly invocationMs: number;
};

/** What the look at a service at rest costs that events ask for, each in an invocation of its own. */
export type LookCost = {
  readonly readsPerLook: number;
  readonly writesPerLook: number;
  readonly readUnitsPerLook: number;
  readonly writeUnitsPerLook: number;
  readonly cpuMsPerLook: number;
  readonly invocationMs: number;
};

export function costOf(rounds: readonly Round[]): EventCost {
  const events = sumOf(rounds, (round) => round.events);
  const each = (figure: keyof Usage) => rounded(sumOf(rounds, ({ usage }) => usage[figure]) / events, 4);
  return {
    writesPerEvent: each('writes'),
    readsPerEvent: each('reads'),
    refusedPerEvent: each('refused'),
    writeUnitsPerEvent: each('writeUnits'),
    readUnitsPerEvent: each('readUnits'),
    messagesPerEvent: rounded(sumOf(rounds, ({ asked }) => asked) / events, 4),
  };
}

/** Medians of the rounds: another program that wakes up in one of them does not show. */
export function speedOf(rounds: readonly Round[]): Speed {
  return {
    cpuMsPerEvent: rounded(median(rounds.map(({ series, events }) => series.cpuMs / events))),
    eventsPerSecond: Math.round(median(rounds.map(({ series, events }) => (events * 1000) / series.wallMs))),
    invocationMs: rounded(median(rounds.flatMap(({ series }) => series.durationsMs))),
  };
}

export function lookCostOf(all: readonly Looks[]): LookCost {
  const looks = sumOf(all, (one) => one.looks);
  const each = (figure: keyof Usage) => rounded(sumOf(all, ({ usage }) => usage[figure]) / looks, 4);
  return {
    readsPerLook: each('reads'),
    writesPerLook: each('writes'),
    readUnitsPerLook: each('readUnits'),
    writeUnitsPerLook: each('writeUnits'),
    cpuMsPerLook: rounded(median(all.map(({ series, looks }) => series.cpuMs / looks))),
    invocationMs: rounded(median(all.flatMap(({ series }) => series.durationsMs))),
  };
}
