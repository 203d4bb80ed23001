import * as z from 'zod/mini';
import { type Weekday, weekdays } from '../deployments/gates/model.ts';
import { quoted, reading } from './parse.ts';

const dayList = z.union([z.string().check(z.maxLength(60)), z.array(z.string()).check(z.maxLength(7))], {
  error: 'has to name days, such as "mon-fri" or [mon, wed]',
});

/** Days of the week, of `mon`, `mon-fri`, `fri-mon`, `mon, wed` or a list of these; in the week's order. */
export const days = () =>
  z.pipe(
    dayList,
    reading((value) => {
      const words = typeof value === 'string' ? value.split(',') : value;
      const found = words.map((word) => daysOf(word.trim().toLowerCase()));
      const place = found.indexOf(undefined);
      if (words.length === 0) return { problem: 'has to name at least one day' };
      if (place !== -1)
        return {
          problem: `has to be of ${weekdays.join(', ')}, or a span such as mon-fri; ${quoted(words[place] ?? '')} is none`,
        };
      return { value: weekdays.filter((day) => found.some((days) => days?.includes(day))) };
    }),
  );

function daysOf(word: string): readonly Weekday[] | undefined {
  const [from = '', to = from, ...rest] = word.split('-').map((day) => day.trim());
  const [first, last] = [from, to].map((day) => (weekdays as readonly string[]).indexOf(day));
  if (rest.length > 0 || first === undefined || last === undefined || first < 0 || last < 0) return undefined;
  const length = ((last - first + weekdays.length) % weekdays.length) + 1;
  return Array.from({ length }, (_, place) => weekdays[(first + place) % weekdays.length]!);
}

/** Minutes since midnight, of `09:00`; `24:00` is the end of the day. */
export const timeOfDay = () =>
  z.pipe(
    z
      .string()
      .check(z.regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'has to be a time of day such as "09:00"')),
    z.transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))),
  );

/** The name of a time zone that this machine's calendar knows. */
export const timeZone = () =>
  z
    .string()
    .check(
      z.maxLength(60),
      z.refine(isTimeZone, 'has to be the name of a time zone, such as "Europe/Berlin" or "UTC"'),
    );

function isTimeZone(zone: string): boolean {
  // Offsets such as +02:00 are understood by some calendars and not by others, and know no summer.
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).format(0) !== '';
  } catch {
    return false;
  }
}
