import type { Environment } from '../contract/environment.ts';
import type { Inspected } from '../ecs/inspected.ts';
import type { FoundOwner } from '../ecs/owner.ts';
import type { SeenService } from '../ecs/service.ts';
import type { Instant } from '../kernel/plan.ts';
import type { Alarms, Clock, Log, Store } from '../kernel/ports.ts';
import type { Engine } from '../kernel/reconcile.ts';

/** What it takes to take in what people and manifests ask for. */
export interface TakingDependencies {
  readonly store: Store;
  readonly engine: Pick<Engine, 'deliver'>;
  readonly alarms: Alarms;
  readonly clock: Clock;
  readonly log: Log;
  readonly environments: readonly Environment[];
  readonly owners: Owners;
  readonly images: Images;
  /** A new id: 26 characters of Crockford's base 32, in the order of time. */
  newId(): string;
}

export interface PreflightDependencies extends TakingDependencies {
  readonly inspector: Inspector;
  readonly secretNames: SecretNames;
}

export interface GitHubDependencies extends TakingDependencies {
  readonly secrets: Secrets;
}

/** What it takes to say what would be decided, and why. */
export interface ExplainDependencies
  extends Pick<TakingDependencies, 'store' | 'environments' | 'clock' | 'log'> {
  readonly engine: Pick<Engine, 'explain'>;
}

/** What all other operations of the API need. */
export interface OperationDependencies extends TakingDependencies {
  readonly logs: Logs;
  readonly live: Live;
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

/** Whose the services in ECS are. */
export interface Owners {
  /** A look that fails says `unknown`, and is never an error. */
  find(cluster: string, ecsName: string): Promise<FoundOwner>;
}

/** A service as ECS has it, wholly. */
export interface Inspector {
  /** A look that fails says `unknown`, and is never an error. */
  inspect(cluster: string, ecsName: string): Promise<Inspected>;
}

/** What registries have. */
export interface Images {
  /** The digest of an image, within two seconds. Never throws: what cannot be asked is `unknown`. */
  resolve(image: string, environment: Environment): Promise<ImageFinding>;
}

export type ImageFinding =
  /** `pinned` is the reference with its digest, and with its tag for people. */
  | { readonly is: 'found'; readonly digest: string; readonly pinned: string }
  | { readonly is: 'missing'; readonly text: string }
  | { readonly is: 'unknown'; readonly text: string };

/** Values of secrets that Berth itself needs, by their ARNs in Secrets Manager. */
export interface Secrets {
  /**
   * Undefined where it has none. A value is kept for some minutes, with `fresh` for some seconds. Throws a `BerthError`
   * `unavailable` where nobody can say.
   */
  read(arn: string, how?: { readonly fresh?: boolean }): Promise<string | undefined>;
}

/** Which secrets there are; never what they hold. */
export interface SecretNames {
  /** One answer for each reference, in order. Never throws. */
  find(references: readonly string[], environment: Environment): Promise<readonly SecretFinding[]>;
}

export interface SecretFinding {
  readonly reference: string;
  readonly is: 'there' | 'missing' | 'unknown';
  readonly text: string;
}
