import type { Instant } from '../../kernel/plan.ts';
import type { DeploymentRequest } from '../model.ts';
import type { GateSeen, SeenLock } from './model.ts';
import { formatIn } from './window.ts';

/** One thing that a deployment waits for, and when to look again. */
export interface Wait {
  readonly code: string;
  readonly text: string;
  readonly wakeAt: Instant;
}

/** How often is looked whether a lock still stands; whoever takes one away also rings. */
const lookAgainMs = 60_000;
const soonMs = 5_000;

/**
 * What keeps a deployment where it is because somebody said so: before it sets out, and before each later step. The
 * way back is never locked: neither a roll-back that was asked for, nor one that is under way.
 */
export function heldByLock(
  { what, environment, ecsName }: Pick<DeploymentRequest, 'what' | 'environment' | 'ecsName'>,
  seen: GateSeen | undefined,
  now: Instant,
): Wait | undefined {
  if (what.type === 'rollback') return undefined;
  if (!seen) return { code: 'locks_unseen', text: 'looks whether a lock stands', wakeAt: now + soonMs };
  const locks = seen.locks.filter(({ until }) => until === undefined || until > now);
  const [first] = locks;
  if (!first) return undefined;
  const ends = locks.flatMap(({ until }) => (until === undefined ? [] : [until]));
  return {
    code: first.until === undefined ? 'locked' : 'frozen',
    text: locks.map((lock) => lockText(lock, lock.of === 'service' ? ecsName : environment)).join('; '),
    wakeAt: Math.min(now + lookAgainMs, ...ends),
  };
}

/** `production is frozen by ann until Tue 2026-12-01 00:00 UTC: Black Friday`. */
function lockText({ actor, message, until }: SeenLock, target: string): string {
  const how =
    until === undefined ? `locked by ${actor}` : `frozen by ${actor} until ${formatIn('UTC', until)}`;
  return `${target} is ${how}: ${message}`;
}
