import type { Instant } from '../../kernel/plan.ts';

/** What has to be open before a deployment moves anything. */
export interface GatePlan {
  readonly approval?: ApprovalGate;
  /** It may set out within any of these; none: at any time. */
  readonly windows: readonly TimeWindow[];
  readonly webhooks: readonly WebhookGate[];
}

export interface ApprovalGate {
  /** Whether who deploys may approve it himself. */
  readonly byDeployer: boolean;
  /** `start`: before anything moves; `traffic`: when the new release is up and has no traffic yet (an ECS PAUSE hook). */
  readonly at: 'start' | 'traffic';
}

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** `from` is within it, `to` is not; one that ends before it begins goes over midnight. */
export interface TimeWindow {
  readonly days: readonly Weekday[];
  /** Minutes since midnight in `zone`. */
  readonly fromMinute: number;
  readonly toMinute: number;
  /** An IANA time zone, for example `Europe/Berlin`. */
  readonly zone: string;
}

export interface WebhookGate {
  readonly name: string;
  readonly url: string;
  /** How long it may answer `later`. */
  readonly timeoutSeconds: number;
}

/** How far the gates are; nothing here is decided by a clock alone. */
export interface GateState {
  readonly webhooks: Readonly<Record<string, WebhookState>>;
}

export interface WebhookState {
  /** Since when it is being asked: its time runs from here. */
  readonly since: Instant;
  /** When it was asked last; its answer is awaited until it is there. */
  readonly askedAt: Instant;
  readonly attempts: number;
  readonly answer?: { readonly says: 'yes' | 'no' | 'later'; readonly text: string; readonly at: Instant };
}

/** What the gates have to see. */
export interface GateQuery {
  readonly environment: string;
  readonly ecsName: string;
}

export interface GateSeen {
  /** Locks and freezes of the service and of its environment that hold now. */
  readonly locks: readonly SeenLock[];
}

export interface SeenLock {
  readonly of: 'service' | 'environment';
  readonly actor: string;
  readonly message: string;
  readonly since: Instant;
  /** A freeze ends by itself. */
  readonly until?: Instant;
}
