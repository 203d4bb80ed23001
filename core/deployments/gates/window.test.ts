import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TimeWindow, weekdays } from './model.ts';
import { formatIn, isOpen, nextOpening, opensAt } from './window.ts';

const minuteMs = 60_000;
const workdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
const at = (iso: string) => Date.parse(iso);
const window = (over: Partial<TimeWindow> = {}): TimeWindow => ({
  days: workdays,
  fromMinute: 9 * 60,
  toMinute: 16 * 60,
  zone: 'Europe/Berlin',
  ...over,
});

/** What the clock on the wall shows, asked in another way than the code does: words instead of numbers. */
function oracle({ days, fromMinute, toMinute, zone }: TimeWindow, now: number): boolean {
  const words = clockOf(zone).format(now);
  const [, day = '', hours, minutes] = /^(\w{3}).* (\d\d):(\d\d)$/.exec(words) ?? [];
  const minute = Number(hours) * 60 + Number(minutes);
  const today = (weekdays as readonly string[]).indexOf(day.toLowerCase());
  const isOn = (place: number) => days.includes(weekdays[(place + 7) % 7]!);
  if (toMinute > 1440 || fromMinute >= 1440) throw new Error('the oracle knows no hour after 24:00');
  if (fromMinute < toMinute) return isOn(today) && minute >= fromMinute && minute < toMinute;
  if (fromMinute === toMinute) return false;
  return (isOn(today) && minute >= fromMinute) || (isOn(today - 1) && minute < toMinute);
}

const clocks = new Map<string, Intl.DateTimeFormat>();
function clockOf(zone: string): Intl.DateTimeFormat {
  const clock =
    clocks.get(zone) ??
    new Intl.DateTimeFormat('en-GB', {
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      timeZone: zone,
    });
  clocks.set(zone, clock);
  return clock;
}

/** Half and quarter hours, half an hour of summer, no summer, a change at midnight, and one within Ramadan. */
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'America/Havana',
  'Africa/Casablanca',
  'America/St_Johns',
];
const year = { from: at('2026-01-01T00:00:00Z'), to: at('2027-01-01T00:00:00Z') };
const anyWindow = fc.record({
  days: fc.subarray([...weekdays], { minLength: 1 }),
  fromMinute: fc.nat(1439),
  toMinute: fc.integer({ min: 1, max: 1440 }),
  zone: fc.constantFrom(...zones),
});

/** Windows that begin or end where clocks change. */
const around = [
  [0, 60],
  [90, 180],
  [150, 165],
  [1380, 30],
  [1410, 120],
] as const;

describe('a window', () => {
  it('is open when the clock on the wall says so, over a year in several zones', () => {
    fc.assert(
      fc.property(anyWindow, fc.integer({ min: year.from, max: year.to }), (one, now) => {
        expect(isOpen(one, now)).toBe(oracle(one, now));
      }),
      { numRuns: 1500 },
    );
  });

  it('opens at the first minute at which it is open, and at no earlier one', () => {
    fc.assert(
      fc.property(anyWindow, fc.integer({ min: year.from, max: year.to }), (one, asked) => {
        const now = Math.floor(asked / minuteMs) * minuteMs;
        const opens = opensAt(one, now);
        let first = now;
        while (!oracle(one, first) && first < now + 22 * 1440 * minuteMs) first += minuteMs;
        expect(opens).toBe(first === now + 22 * 1440 * minuteMs ? undefined : first);
      }),
      { numRuns: 60 },
    );
  });

  it.each(zones)('is right in each of the hours in which the clocks of %s change', (zone) => {
    const wallAt = (now: number) => at(`${formatIn(zone, now).slice(4, 20).replace(' ', 'T')}Z`);
    let changes = 0;
    for (let now = year.from; now < year.to; now += 3600_000) {
      if (wallAt(now + 3600_000) - wallAt(now) === 3600_000) continue;
      changes++;
      for (const [fromMinute, toMinute] of around) {
        const one = window({ days: weekdays, fromMinute, toMinute, zone });
        for (let minute = now - 7200_000; minute < now + 3 * 3600_000; minute += 5 * minuteMs)
          expect([minute, isOpen(one, minute)]).toEqual([minute, oracle(one, minute)]);
      }
    }
    expect(changes > 0).toBe(!['UTC', 'Asia/Kathmandu'].includes(zone));
  });

  it('has its beginning within it, to the millisecond, and its end not', () => {
    const nine = at('2026-11-23T08:00:00Z');
    expect(isOpen(window(), nine - 1)).toBe(false);
    expect(isOpen(window(), nine)).toBe(true);
    expect(opensAt(window(), nine - 1)).toBe(nine);
    expect(isOpen(window(), at('2026-11-23T15:00:00Z') - 1)).toBe(true);
    expect(isOpen(window(), at('2026-11-23T15:00:00Z'))).toBe(false);
  });

  it('keeps to the hour on the wall when summer ends', () => {
    // Friday in summer, Monday in winter: 09:00 is 07:00 and 08:00 in UTC.
    expect(opensAt(window(), at('2026-10-23T06:59:00Z'))).toBe(at('2026-10-23T07:00:00Z'));
    expect(opensAt(window(), at('2026-10-23T14:00:00Z'))).toBe(at('2026-10-26T08:00:00Z'));
  });

  it('over midnight belongs to the day it begins on', () => {
    const night = window({ days: ['fri'], fromMinute: 22 * 60, toMinute: 120, zone: 'UTC' });
    expect(isOpen(night, at('2026-11-27T23:00:00Z'))).toBe(true);
    expect(isOpen(night, at('2026-11-28T01:59:59Z'))).toBe(true);
    expect(isOpen(night, at('2026-11-28T02:00:00Z'))).toBe(false);
    expect(isOpen(night, at('2026-11-27T01:00:00Z'))).toBe(false);
    expect(isOpen(night, at('2026-11-28T23:00:00Z'))).toBe(false);
  });

  it('in an hour that the clocks skip does not open, or only for what is left of it', () => {
    const sunday = window({ days: ['sun'], fromMinute: 135, toMinute: 165 });
    // On 29 March 2026, 02:00 is followed by 03:00 in Berlin.
    expect(opensAt(sunday, at('2026-03-29T00:00:00Z'))).toBe(at('2026-04-05T00:15:00Z'));
    const longer = window({ days: ['sun'], fromMinute: 135, toMinute: 240 });
    expect(opensAt(longer, at('2026-03-29T00:00:00Z'))).toBe(at('2026-03-29T01:00:00Z'));
  });

  it('in an hour that the clocks go through twice is open twice', () => {
    const sunday = window({ days: ['sun'], fromMinute: 135, toMinute: 165 });
    expect(opensAt(sunday, at('2026-10-25T00:45:00Z'))).toBe(at('2026-10-25T01:15:00Z'));
  });

  it('knows zones by the second, in years long past', () => {
    const monrovia = window({ days: weekdays, fromMinute: 0, toMinute: 1, zone: 'Africa/Monrovia' });
    expect(opensAt(monrovia, at('1971-06-01T00:44:29Z'))).toBe(at('1971-06-01T00:44:30Z'));
  });

  it('of a whole day ends with the day, and one that begins at 24:00 is the next day’s', () => {
    const saturday = window({ days: ['sat'], fromMinute: 0, toMinute: 1440, zone: 'UTC' });
    expect(opensAt(saturday, at('2026-11-23T00:00:00Z'))).toBe(at('2026-11-28T00:00:00Z'));
    expect(isOpen(saturday, at('2026-11-28T23:59:59.999Z'))).toBe(true);
    expect(isOpen(saturday, at('2026-11-29T00:00:00Z'))).toBe(false);
    const late = window({ days: ['fri'], fromMinute: 1440, toMinute: 540, zone: 'UTC' });
    expect(opensAt(late, at('2026-11-23T00:00:00Z'))).toBe(at('2026-11-28T00:00:00Z'));
  });

  it('that is empty, or of a zone that nobody knows, never opens', () => {
    expect(opensAt(window({ fromMinute: 540, toMinute: 540 }), year.from)).toBeUndefined();
    expect(isOpen(window({ zone: 'Europe/Atlantis' }), year.from)).toBe(false);
    expect(opensAt(window({ zone: 'Europe/Atlantis' }), year.from)).toBeUndefined();
  });
});

it('of several windows the first to open counts', () => {
  const early = window({ days: ['sat'], zone: 'UTC' });
  const found = nextOpening([window({ days: ['sun'] }), early, window()], at('2026-11-27T20:00:00Z'));
  expect(found).toEqual({ window: early, at: at('2026-11-28T09:00:00Z') });
  expect(nextOpening([], year.from)).toBeUndefined();
});

it('a moment is shown as the wall of its zone does', () => {
  expect(formatIn('Europe/Berlin', at('2026-12-07T08:00:00Z'))).toBe('Mon 2026-12-07 09:00 Europe/Berlin');
  expect(formatIn('Asia/Kathmandu', at('2026-12-06T20:00:00Z'))).toBe('Mon 2026-12-07 01:45 Asia/Kathmandu');
});
