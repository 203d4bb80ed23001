import type { Environment } from '../contract/environment.ts';
import type { SeenService } from '../ecs/service.ts';
import type { Instant } from '../kernel/plan.ts';
import type { Alarms, Clock, Log, Store } from '../kernel/ports.ts';
import type { Engine } from '../kernel/reconcile.ts';

/** What the operations of the API need. */
export interface OperationDependencies {
  readonly store: Store;
  readonly engine: Pick<Engine, 'deliver' | 'explain'>;
  readonly alarms: Alarms;
  readonly clock: Clock;
  readonly log: Log;
  readonly environments: readonly Environment[];
  readonly logs: Logs;
  readonly live: Live;
  /** A new id: 26 characters of Crockford's base 32, in the order of time. */
  newId(): string;
  /** The description of the API, OpenAPI 3.1 as plain JSON. Throws `not-found` where there is none. */
  describe(): Promise<Record<string, unknown>>;
}

/** What tasks wrote. */
export interface Logs {
  /**
   * The lines of a log group in the order of time; a group or a stream that is not there has none. Throws a
   * `BerthError` `invalid-request` for an `after` that is none.
   */
  tail(query: LogQuery): Promise<LogPage>;
}

export interface LogQuery {
  readonly group: string;
  readonly streams?: readonly string[];
  readonly sinceMs: Instant;
  readonly untilMs: Instant;
  /** Text that a line has to hold. */
  readonly filter?: string;
  readonly limit: number;
  readonly after?: string;
}

export interface LogPage {
  readonly events: readonly LogEvent[];
  readonly next?: string;
}

export interface LogEvent {
  readonly id: string;
  readonly timestampMs: Instant;
  readonly stream: string;
  readonly message: string;
}

/** What ECS runs right now. */
export interface Live {
  /** One entry for each name. A look that fails says `unknown`, and is never an error. */
  look(cluster: string, ecsNames: readonly string[]): Promise<ReadonlyMap<string, SeenService>>;
}
