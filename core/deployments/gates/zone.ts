import type { Instant } from '../../kernel/plan.ts';

/** Milliseconds since the epoch as they would be if the clock on the wall showed UTC. */
export type WallTime = number;

const formats = new Map<string, Intl.DateTimeFormat | undefined>();

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(zone)) formats.set(zone, createFormat(zone));
  return formats.get(zone);
}

function createFormat(zone: string): Intl.DateTimeFormat | undefined {
  const number = 'numeric';
  const day = { year: number, month: number, day: number } as const;
  const time = { hour: number, minute: number, second: number, hourCycle: 'h23' } as const;
  try {
    return new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', { ...day, ...time, timeZone: zone });
  } catch {
    return undefined;
  }
}

/** How far the clocks of a zone are ahead of UTC at a moment, in milliseconds; undefined for no known zone. */
export function offsetMs(zone: string, at: Instant): number | undefined {
  const wholeSecond = Math.floor(at / 1000) * 1000;
  const parts = formatOf(zone)?.formatToParts(wholeSecond);
  if (!parts) return undefined;
  const value = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value ?? 0);
  const wall = Date.UTC(
    value('year'),
    value('month') - 1,
    value('day'),
    value('hour'),
    value('minute'),
    value('second'),
  );
  return wall - wholeSecond;
}

/** Shorter than any two changes of one zone's clocks lie apart. */
const strideMs = 12 * 3600_000;

/** The first moment after `at`, and up to `until`, from which the clocks have another offset; else `until`. */
export function offsetHoldsUntil(zone: string, at: Instant, until: Instant): Instant {
  const offset = offsetMs(zone, at);
  for (let from = at; from < until; from += strideMs) {
    const to = Math.min(from + strideMs, until);
    if (offsetMs(zone, to) !== offset) return changeWithin(zone, from, to);
  }
  return until;
}

function changeWithin(zone: string, before: Instant, after: Instant): Instant {
  const offset = offsetMs(zone, before);
  let [low, high] = [before, after];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(zone, middle) === offset) low = middle;
    else high = middle;
  }
  return high;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `Mon 2026-12-07 09:00`. */
export function formatWall(wall: WallTime): string {
  const date = new Date(wall);
  return `${days[date.getUTCDay()]} ${date.toISOString().slice(0, 16).replace('T', ' ')}`;
}
