/** Where a deployment that is not a rolling one stands; part of its service deployment's record. */

export type RolloutStage =
  | 'RECONCILE_SERVICE'
  | 'PRE_SCALE_UP'
  | 'SCALE_UP'
  | 'POST_SCALE_UP'
  | 'TEST_TRAFFIC_SHIFT'
  | 'POST_TEST_TRAFFIC_SHIFT'
  | 'PRE_PRODUCTION_TRAFFIC_SHIFT'
  | 'PRODUCTION_TRAFFIC_SHIFT'
  | 'POST_PRODUCTION_TRAFFIC_SHIFT'
  | 'BAKE_TIME'
  | 'CLEAN_UP';

export interface RolloutRecord {
  /** What serves while the target is brought up; undefined where nothing ever completed. */
  readonly blueRevision?: string;
  readonly stage: RolloutStage;
  /** Which traffic step, from 0; linear and canary deployments have several. */
  readonly step: number;
  readonly enteredAt: number;
  /** Whether the traffic goes back to blue and green is scaled away. */
  readonly isReturning: boolean;
  /** Those of the current stage last; earlier ones are kept for who looks. */
  readonly hooks: readonly HookRecord[];
}

export type HookStatus = 'AWAITING_ACTION' | 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT';

/** One run of a lifecycle hook: a stage that comes several times has one for each time. */
export interface HookRecord {
  readonly id: string;
  readonly type: 'AWS_LAMBDA' | 'PAUSE';
  readonly stage: RolloutStage;
  readonly step: number;
  /** Whether it runs because the deployment rolls back: then its outcome changes nothing. */
  readonly isReturning: boolean;
  readonly targetArn?: string;
  readonly status: HookStatus;
  readonly expiresAt: number;
  readonly timeoutAction: 'CONTINUE' | 'ROLLBACK';
  /** When the function is to be called, again or for the first time. */
  readonly invokeAt: number;
  /** What the function is handed: from the configuration, then from its own last answer. */
  readonly details?: unknown;
}
