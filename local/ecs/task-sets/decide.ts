import type { TaskSnapshot } from '../scheduler/decide.ts';

/** One task set as the scheduler sees it. */
export interface TaskSetSnapshot {
  readonly now: number;
  readonly isDraining: boolean;
  readonly desiredCount: number;
  readonly scalePercent: number;
  /** Epoch milliseconds before which nothing is started, after failures. */
  readonly startAfter: number;
  readonly tasks: readonly TaskSnapshot[];
}

export interface TaskSetPlan {
  readonly start: number;
  readonly stop: readonly { readonly taskId: string; readonly why: 'unhealthy' | 'scaling' }[];
  readonly isSteady: boolean;
  /** It was to go and nothing of it is left. */
  readonly isGone: boolean;
  /** When to look again though nothing happens. */
  readonly wakeAt?: number;
}

/** Always rounded up: 25 % of 5 are 2. */
export function computedDesiredCount(desiredCount: number, scalePercent: number): number {
  // 5 × 1.1 % would be 0.055000000000000004 of a hundred: the last digits are not the caller's.
  return Math.ceil(Number(((desiredCount * scalePercent) / 100).toFixed(9)));
}

/** Keeps `computedDesiredCount` tasks that are not unhealthy; protected tasks are not stopped to scale in. */
export function decideTaskSet(set: TaskSetSnapshot): TaskSetPlan {
  const up = set.tasks.filter(({ phase }) => phase !== 'leaving');
  if (set.isDraining) {
    const stop = up.map(({ id }) => ({ taskId: id, why: 'scaling' as const }));
    return { start: 0, stop, isSteady: false, isGone: set.tasks.length === 0 };
  }
  const wanted = computedDesiredCount(set.desiredCount, set.scalePercent);
  const unhealthy = up.filter(({ health }) => health === 'unhealthy');
  const good = up.filter(({ health }) => health !== 'unhealthy');
  const missing = Math.max(0, wanted - good.length);
  const mayStart = set.now >= set.startAfter;
  const excess = good
    .filter(({ isProtected }) => !isProtected)
    .sort(dispensableFirst)
    .slice(0, Math.max(0, good.length - wanted));
  const healthy = good.filter(({ phase, health }) => phase === 'running' && health === 'healthy');
  return {
    start: mayStart ? missing : 0,
    stop: [
      ...unhealthy.map(({ id }) => ({ taskId: id, why: 'unhealthy' as const })),
      ...excess.map(({ id }) => ({ taskId: id, why: 'scaling' as const })),
    ],
    isSteady: healthy.length === wanted && set.tasks.length === wanted,
    isGone: false,
    ...(missing > 0 && !mayStart ? { wakeAt: set.startAfter } : {}),
  };
}

/** Those that do not run yet before those that do, the unproven before the healthy, the youngest first. */
function dispensableFirst(one: TaskSnapshot, other: TaskSnapshot): number {
  const rank = ({ phase, health }: TaskSnapshot) => (phase === 'starting' ? 0 : health === 'healthy' ? 2 : 1);
  return rank(one) - rank(other) || other.createdAt - one.createdAt;
}
