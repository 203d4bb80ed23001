import { InvalidArgumentError, Option } from 'commander';
import { seconds } from '../options.ts';

export const reasonForOption = () =>
  new Option('-m, --message <text>', 'why, for those who wait').makeOptionMandatory();

export const untilOption = () =>
  new Option('--until <moment>', 'when it ends by itself, such as 2026-12-01T00:00')
    .argParser(momentOf)
    .conflicts('for');

export const forOption = () =>
  new Option('--for <duration>', 'after which time it ends by itself, such as 2h').argParser(seconds);

const written = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/** A moment by this machine's clock on the wall, or with a zone of its own, as ISO 8601 in UTC. */
export function momentOf(text: string): string {
  // A day alone would be midnight in UTC, which is nobody's midnight.
  const local = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text;
  const at = written.test(text) ? new Date(local) : undefined;
  if (at && !Number.isNaN(at.getTime()) && isInCalendar(text)) return at.toISOString();
  throw new InvalidArgumentError('Write a moment such as 2026-12-01T00:00 or 2026-12-01T00:00+01:00.');
}

/** The calendar's arithmetic takes the 31st of February for a day in March. */
function isInCalendar(text: string): boolean {
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}
