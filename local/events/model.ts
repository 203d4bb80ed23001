/** An event as EventBridge delivers it. */
export interface ServiceEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface EventBus {
  readonly name: string;
  readonly createdMs: number;
}

export interface Rule {
  readonly bus: string;
  readonly name: string;
  readonly pattern: string;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly description: string | undefined;
  readonly targets: readonly Target[];
}

export interface Target {
  readonly id: string;
  readonly arn: string;
  /** Sent in place of the event, where it is given. */
  readonly input: string | undefined;
  readonly deadLetterArn: string | undefined;
  readonly maximumRetries: number;
  readonly maximumAgeSeconds: number;
}

/** What is still to be delivered: kept in the journal until the target or its dead-letter queue has it. */
export interface Delivery {
  readonly id: string;
  readonly ruleArn: string;
  readonly target: Target;
  readonly payload: string;
  readonly acceptedMs: number;
  readonly attempts: number;
  readonly dueMs: number;
  /** Of the event; rows of an older Local AWS have none. */
  readonly eventId?: string;
}

/** What becomes of events, for those who watch or disturb them. */
export interface EventWatch {
  /** When an event goes to its targets, in milliseconds from now, once for each number; 0 is this very turn. */
  published(event: ServiceEvent, bus: string): readonly number[];
  /** One attempt is over. */
  delivered(delivery: Delivery, outcome: DeliveryOutcome, error?: string): void;
}

export type DeliveryOutcome = 'delivered' | 'retrying' | 'dead-letter' | 'dropped';

export const unwatched: EventWatch = { published: () => [0], delivered: () => undefined };

/** Why a target did not take an event; what cannot be retried goes to the dead-letter queue at once. */
export class DeliveryError extends Error {
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, retryable: boolean) {
    super(message);
    this.name = 'DeliveryError';
    this.code = code;
    this.retryable = retryable;
  }
}

/** Where events go; `deliver` returns once the payload is durably theirs, or throws a `DeliveryError`. */
export interface Destinations {
  deliver(arn: string, payload: string): void;
  deadLetter(arn: string, payload: string, attributes: Readonly<Record<string, string>>): void;
}
