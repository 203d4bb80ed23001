import { invalidCombination, invalidValue } from './errors.ts';
import type { Window } from './store.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const shortPeriods = [1, 5, 10, 20, 30];

/** Throws `InvalidParameterValueException` for a period that CloudWatch does not have. */
export function checkedPeriod(seconds: number, place: string): number {
  if (shortPeriods.includes(seconds) || (seconds > 0 && seconds % 60 === 0 && seconds <= 86_400 * 365))
    return seconds;
  throw invalidValue(
    `The value ${seconds} for parameter ${place} is invalid: it must be 1, 5, 10, 20, 30 or a multiple of 60.`,
  );
}

/** A request's window, its start rounded down as CloudWatch does: the older it is, the more. */
export function windowOf(fromMs: number, toMs: number, periodSeconds: number, nowMs: number): Window {
  if (fromMs >= toMs)
    throw invalidCombination('The parameter StartTime must be less than the parameter EndTime.');
  const periodMs = periodSeconds * 1000;
  const grainMs = grainOf(nowMs - fromMs, periodMs);
  return { fromMs: fromMs - (fromMs % grainMs), toMs, periodMs };
}

function grainOf(ageMs: number, periodMs: number): number {
  if (periodMs < minuteMs) return periodMs;
  if (ageMs > 63 * dayMs) return 60 * minuteMs;
  return ageMs > 15 * dayMs ? 5 * minuteMs : minuteMs;
}

/** Throws where a request could be answered with more points than AWS gives at once. */
export function checkPoints({ fromMs, toMs, periodMs }: Window, most: number): void {
  const points = Math.ceil((toMs - fromMs) / periodMs);
  if (points <= most) return;
  throw invalidCombination(
    `You have requested up to ${points.toLocaleString('en')} datapoints, which exceeds the limit of ` +
      `${most.toLocaleString('en')}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
  );
}
