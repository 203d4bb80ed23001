import type { Evidence } from '../../deployments/judge/model.ts';
import type { Interval } from './exits.ts';
import type { Window } from './metric-data.ts';

/** What a source has told of a stretch of time. */
export interface Reading {
  /** Intervals are this long and begin at its multiples. */
  readonly periodMs: number;
  /** Whether nothing more is to be expected of an interval. */
  isComplete(interval: Interval): boolean;
  /** What is known of an interval; what is not told is not there. */
  of(interval: Interval): Told;
}

export type Told = Pick<Evidence, 'requests' | 'errors' | 'latency' | 'metrics'>;

/** At most so many intervals are read at a time. */
export const mostIntervals = 60;

/** When the first interval since a moment begins. */
export const firstFrom = (sinceMs: number, periodMs: number): number =>
  Math.ceil(sinceMs / periodMs) * periodMs;

/**
 * What is to be asked for: all intervals that may be read now, and what was told up to `lateMs` after, which shows that
 * they are complete. Undefined while the first is not over.
 */
export function windowOf(
  sinceMs: number,
  periodMs: number,
  nowMs: number,
  lateMs: number,
): Window | undefined {
  const fromMs = firstFrom(sinceMs, periodMs);
  if (nowMs < fromMs + periodMs) return undefined;
  return { fromMs, toMs: Math.min(nowMs, fromMs + mostIntervals * periodMs + lateMs), periodMs };
}

/** Nothing is over yet. */
export const nothingYet = (periodMs: number): Reading => ({
  periodMs,
  isComplete: () => false,
  of: () => ({}),
});
