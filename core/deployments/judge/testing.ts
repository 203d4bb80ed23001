import type { Evidence, JudgeSettings, TaskValue } from './types.ts';

export const everything: JudgeSettings = {
  falseAlarms: 0.01,
  errors: { atMostRatio: 2, atMostShare: 0.01 },
  latency: { percentile: 0.95, atMostRatio: 1.2 },
  metrics: [{ name: 'QueueAge', worse: 'higher', atMostRatio: 1.5 }],
  exits: true,
  traffic: true,
};

export const nothing: JudgeSettings = { falseAlarms: 0.01, metrics: [], exits: false, traffic: false };

export const errorsOnly: JudgeSettings = { ...nothing, errors: { atMostRatio: 2 } };

export const latencyOnly: JudgeSettings = { ...nothing, latency: { percentile: 0.95, atMostRatio: 1.2 } };

/** The minute after so many. */
export const minute = (number: number, seen: Partial<Evidence>): Evidence => ({
  fromMs: number * 60_000,
  toMs: (number + 1) * 60_000,
  share: 0.5,
  ...seen,
});

export const episodes = (canary: number, baseline: number) => ({
  canary,
  baseline,
  counted: 'episodes' as const,
});

export const tasksWith = (arm: string, values: readonly number[]): TaskValue[] =>
  values.map((value, task) => ({ task: `${arm}-${task}`, value }));
