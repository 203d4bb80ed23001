import type { Instant, Reason } from '../kernel/plan.ts';

/** What is locked: `<environment>`, or `<environment>/<ECS service name>`. */
export type LockTarget = string;

/** `lock_` and 26 characters. */
export type LockId = string;

/** Keeps deployments from setting out, and from their next step. One with an end is called a freeze. */
export interface Lock {
  readonly id: LockId;
  readonly actor: string;
  /** Why, for those who wait. */
  readonly message: string;
  readonly since: Instant;
  readonly until?: Instant;
}

/** All locks of one target, oldest first: one for each who locks, and it is locked while any stands. */
export interface LockState {
  readonly target: LockTarget;
  readonly environment: string;
  /** Undefined: the whole environment. */
  readonly ecsName?: string;
  readonly locks: readonly Lock[];
  /** What was said and has not been decided upon: on its way into the ledger. */
  readonly news?: readonly Reason[];
}

export const maxLocks = 20;

export type LockMessage =
  /** Who locks twice renews his lock, with its new message and end. */
  | {
      readonly type: 'lock';
      readonly environment: string;
      readonly ecsName?: string;
      readonly lock: Omit<Lock, 'since'>;
    }
  /** Takes away these, whoever made them; others stay, also those that were made meanwhile. */
  | {
      readonly type: 'unlock';
      readonly locks: readonly LockId[];
      readonly actor: string;
      readonly reason?: string;
    };
