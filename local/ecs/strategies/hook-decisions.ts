import type { HookRecord } from './record.ts';

/** A hook, and whether its function is being called just now by this process. */
export interface HookSnapshot extends HookRecord {
  readonly isRunning: boolean;
}

export type HookAction =
  | { readonly kind: 'invoke'; readonly hookId: string }
  | { readonly kind: 'expire'; readonly hookId: string };

export interface HooksPlan {
  readonly actions: readonly HookAction[];
  /** Whether every hook has its outcome. */
  readonly isSettled: boolean;
  /** The first hook whose outcome asks for a roll-back: any one is enough. */
  readonly failed?: string;
  readonly wakeAt?: number;
}

/** What to do for the hooks of a stage, which run side by side. */
export function decideHooks(hooks: readonly HookSnapshot[], now: number): HooksPlan {
  const failed = hooks.find(asksForReturn);
  const open = hooks.filter(isOpen);
  const expired = open.filter(({ expiresAt }) => expiresAt <= now);
  const due = open.filter((hook) => isDue(hook, now) && !expired.includes(hook));
  const moments = open.flatMap(({ type, isRunning, invokeAt, expiresAt }) =>
    type === 'AWS_LAMBDA' && !isRunning ? [invokeAt, expiresAt] : [expiresAt],
  );
  const later = moments.filter((moment) => moment > now);
  return {
    actions: [
      ...expired.map(({ id }): HookAction => ({ kind: 'expire', hookId: id })),
      ...due.map(({ id }): HookAction => ({ kind: 'invoke', hookId: id })),
    ],
    isSettled: open.length === 0,
    ...(failed ? { failed: failed.id } : {}),
    ...(later.length > 0 ? { wakeAt: Math.min(...later) } : {}),
  };
}

/** Whether a hook still waits for its outcome. */
export function isOpen({ status }: HookRecord): boolean {
  return status === 'AWAITING_ACTION' || status === 'IN_PROGRESS';
}

function isDue({ type, isRunning, invokeAt }: HookSnapshot, now: number): boolean {
  return type === 'AWS_LAMBDA' && !isRunning && invokeAt <= now;
}

function asksForReturn({ status, timeoutAction, isReturning }: HookSnapshot): boolean {
  if (isReturning) return false;
  return status === 'FAILED' || (status === 'TIMED_OUT' && timeoutAction === 'ROLLBACK');
}
