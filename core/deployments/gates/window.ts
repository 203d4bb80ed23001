import type { Instant } from '../../kernel/plan.ts';
import { type TimeWindow, weekdays } from './model.ts';
import { formatWall, offsetHoldsUntil, offsetMs, type WallTime } from './zone.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** A change of the clocks may swallow a weekly window once; the one after it is there. */
const horizonMs = 22 * dayMs;

/**
 * Whether a window is open: by what the clock on the wall of its zone shows. So an hour that the clocks skip is in no
 * window, one that they go through twice is in it twice, and what goes over midnight belongs to the day it begins on.
 */
export function isOpen(window: TimeWindow, now: Instant): boolean {
  const offset = offsetMs(window.zone, now);
  return offset !== undefined && firstOpen(window, now + offset, now + offset + 1) !== undefined;
}

/** The first moment from `now` on at which a window is open; undefined: none within three weeks, so never. */
export function opensAt(window: TimeWindow, now: Instant): Instant | undefined {
  const horizon = now + horizonMs;
  for (let at = now; at < horizon; ) {
    const offset = offsetMs(window.zone, at);
    if (offset === undefined) return undefined;
    // While the offset holds, the wall goes as time does, and the rest is arithmetic.
    const until = offsetHoldsUntil(window.zone, at, Math.min(at + dayMs, horizon));
    const opening = firstOpen(window, at + offset, until + offset);
    if (opening !== undefined) return opening - offset;
    at = until;
  }
  return undefined;
}

/** The window that opens first of several, with its moment. */
export function nextOpening(windows: readonly TimeWindow[], now: Instant) {
  return windows
    .flatMap((window) => {
      const at = opensAt(window, now);
      return at === undefined ? [] : [{ window, at }];
    })
    .reduce<{ window: TimeWindow; at: Instant } | undefined>(
      (first, one) => (first === undefined || one.at < first.at ? one : first),
      undefined,
    );
}

/** `Mon 2026-12-07 09:00 Europe/Berlin`. */
export const formatIn = (zone: string, at: Instant): string =>
  `${formatWall(at + (offsetMs(zone, at) ?? 0))} ${zone}`;

/** The first moment in [from, until) on the wall that is within the window. */
function firstOpen(window: TimeWindow, from: WallTime, until: WallTime): WallTime | undefined {
  const { fromMinute, toMinute } = window;
  if (fromMinute === toMinute) return undefined;
  const lengthMs = (toMinute - fromMinute + (toMinute < fromMinute ? 1440 : 0)) * minuteMs;
  // One that began on the day before may reach into this one.
  for (let day = Math.floor(from / dayMs) - 1; day * dayMs < until; day++) {
    const begins = day * dayMs + fromMinute * minuteMs;
    const isOn = window.days.includes(weekdayOf(day)) && begins < until && begins + lengthMs > from;
    if (isOn) return Math.max(begins, from);
  }
  return undefined;
}

/** Day 0, the first of January 1970, was a Thursday. */
const weekdayOf = (day: number) => weekdays[(((day + 3) % 7) + 7) % 7]!;
