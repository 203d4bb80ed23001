import type { LockView } from '../../core/contract/views.ts';
import type { Paint } from '../io.ts';
import { safeLine } from './safe.ts';
import { table } from './table.ts';
import { ago, duration } from './time.ts';

/** Locks and freezes: of what, why, who, since when and for how long. */
export function renderLocks(locks: readonly LockView[], nowMs: number, paint: Paint): string {
  const rows = locks.map((lock) => [
    paint.bold(nameOf(lock)),
    safeLine(lock.message, 120),
    safeLine(lock.actor, 40),
    ago(lock.since, nowMs),
    endOf(lock, nowMs) ?? 'until it is taken away',
    safeLine(lock.id),
  ]);
  return table(['locked', 'why', 'who', 'when', 'until', 'id'].map(paint.dim), rows);
}

/** One lock on a line: `shop-web is locked by ann: incident 7`. */
export function lockLine(lock: LockView, nowMs: number, paint: Paint): string {
  const end = endOf(lock, nowMs);
  const how = end === undefined ? 'locked' : 'frozen';
  const until = end === undefined ? '' : ` until ${end}`;
  const by = `${how} by ${safeLine(lock.actor, 60)}${until}`;
  return `${paint.yellow('■')} ${paint.bold(nameOf(lock))} is ${by}: ${safeLine(lock.message, 500)}`;
}

const nameOf = ({ service, environment }: LockView): string =>
  service === undefined ? `${safeLine(environment)} (all)` : safeLine(service);

function endOf({ until }: LockView, nowMs: number): string | undefined {
  if (until === undefined) return undefined;
  const left = Date.parse(until) - nowMs;
  return `${safeLine(until).slice(0, 16).replace('T', ' ')} UTC, ${left > 0 ? `in ${duration(left)}` : 'over'}`;
}
