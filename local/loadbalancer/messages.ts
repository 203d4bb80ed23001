import type { Outcome } from './health.ts';
import type { Algorithm, HealthCheck, Listener, Rule } from './model.ts';
import type { Tally } from './tally.ts';
import type { Target } from './targets.ts';

/** What is said between the control plane and the thread that carries the traffic (`traffic/`). */
export type ToTraffic = TargetUpdate | Routes | Asked;

/** How one target stands. */
export interface TargetUpdate {
  readonly type: 'target';
  /** Grows with every update: the thread passes over what is not newer, and names it when it confirms. */
  readonly number: number;
  readonly targetGroupArn: string;
  readonly target: Target;
  /** `draining` gets nothing new; `gone` is cut off from what it is busy with. */
  readonly state: TargetState;
}

export type TargetState = 'initial' | 'healthy' | 'unhealthy' | 'draining' | 'gone';

/** All listeners and target groups as they are now. */
export interface Routes {
  readonly type: 'routes';
  readonly listeners: readonly RoutedListener[];
  readonly algorithms: ReadonlyMap<string, Algorithm>;
}

/** A listener with its rules by priority, and what its load balancer says of all its requests. */
export interface RoutedListener extends Listener {
  readonly rules: readonly Rule[];
  /** Undefined for the setting of `TrafficSettings`. */
  readonly idleTimeoutMs: number | undefined;
  readonly forwardedFor: ForwardedFor;
}

/** What becomes of a client's own `X-Forwarded-For`. */
export type ForwardedFor = 'append' | 'preserve' | 'remove';

export interface Asked {
  readonly type: 'ask';
  readonly id: number;
  readonly question: Question;
}

export type Question =
  /** Opens a port for a listener, then closes the one it had before; fails with the system's error. */
  | { readonly type: 'open'; readonly listenerArn: string; readonly port: number }
  /** Takes no new connection from now on; answered when the requests in flight are over. */
  | { readonly type: 'close'; readonly listenerArn: string; readonly graceMs: number }
  | {
      readonly type: 'probe';
      readonly target: Target;
      readonly check: HealthCheck;
      readonly timeoutMs: number;
    };

export type FromTraffic = Unused | Report | Answer;

/** The target is out of rotation since the update `number`, and nothing is in flight to it any more. */
export interface Unused {
  readonly type: 'unused';
  readonly number: number;
  readonly targetGroupArn: string;
  readonly target: Target;
}

/** What has happened since the last report, all of it within one second. */
export interface Report {
  readonly type: 'report';
  readonly atMs: number;
  readonly served: ReadonlyMap<string, Tally>;
  /** Only targets whose number has changed. */
  readonly inFlight: readonly InFlight[];
}

export interface InFlight {
  readonly targetGroupArn: string;
  readonly target: Target;
  readonly count: number;
}

/** `outcome` answers a probe. */
export interface Answer {
  readonly type: 'answer';
  readonly id: number;
  readonly outcome?: Outcome | undefined;
  readonly failure?: { readonly message: string; readonly code: string | undefined };
}

/** What `traffic/thread.ts` is started with. */
export interface TrafficSettings {
  /** Where listeners listen. */
  readonly host: string;
  readonly idleTimeoutMs: number;
}
