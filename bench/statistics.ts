import { percentile } from '../test/support/load.ts';

/** The middle value, the lower one of two; 0 of none. */
export const median = (values: Iterable<number>): number => percentile(Float64Array.from(values).sort(), 0.5);

export const sumOf = <Value>(values: readonly Value[], of: (value: Value) => number): number =>
  values.reduce((sum, value) => sum + of(value), 0);

/** To so many significant digits: what is measured has no more. */
export const rounded = (value: number, digits = 3): number => Number(value.toPrecision(digits));
