import { invalidParameter } from './errors.ts';
import type { LogEvent } from './stream.ts';

/** CloudWatch answers with at most this much text at a time. */
const PAGE_BYTES = 1024 * 1024;

/** As many of the first `events` as an answer may hold; never none, lest a reader stand still. */
export function pageOf<E extends LogEvent>(events: readonly E[], limit: number): E[] {
  return events.slice(0, fitting(events, limit));
}

/** The same from the end. */
export function lastPageOf<E extends LogEvent>(events: readonly E[], limit: number): E[] {
  return events.slice(events.length - fitting(events.toReversed(), limit));
}

/** How many of the first `events` an answer may hold. */
export function fitting(events: readonly LogEvent[], limit: number): number {
  let bytes = 0;
  for (const [index, event] of events.entries()) {
    bytes += event.message.length + 100;
    if (index === limit || (bytes > PAGE_BYTES && index > 0)) return index;
  }
  return events.length;
}

/** Tokens say which event they stand behind or before, so they hold across restarts and new lines. */
const TOKEN = /^([fb])\/(\d{36}|-)$/;
const START = '-';

export interface Position {
  readonly direction: 'forward' | 'backward';
  /** Undefined stands before the first event. */
  readonly eventId: string | undefined;
}

export function tokenOf({ direction, eventId }: Position): string {
  return `${direction === 'forward' ? 'f' : 'b'}/${eventId ?? START}`;
}

/** Throws `InvalidParameterException` for a token that was not made by `tokenOf`. */
export function positionOf(token: string): Position {
  const [, direction, eventId] = TOKEN.exec(token) ?? [];
  if (!direction) throw invalidParameter('nextToken: not a token that an earlier answer gave.');
  return {
    direction: direction === 'f' ? 'forward' : 'backward',
    eventId: eventId === START ? undefined : eventId,
  };
}

/** The event's own timestamp is the head of its id. */
export function timestampOf(eventId: string): number {
  return Number(eventId.slice(0, 14));
}
