import type { Ref } from '../kernel/plan.ts';
import type { LockTarget } from './model.ts';

export const lockRef = (target: LockTarget): Ref => ({ kind: 'lock', id: target });

export const lockTargetOf = (environment: string, ecsName?: string): LockTarget =>
  ecsName === undefined ? environment : `${environment}/${ecsName}`;

/** The targets in an environment that are locked now; the environment itself comes first. */
export const listOfLocks = (environment: string) => `locks#${environment}`;
