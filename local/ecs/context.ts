import type { TargetGroups } from '../loadbalancer/targets.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { Clock } from '../support/clock.ts';
import type { Journal } from '../support/journal.ts';
import type { Arns } from './arns.ts';
import type { ServiceEvent } from './events.ts';
import type { Ids } from './ids.ts';
import type { Alarms, Functions, TrafficRules } from './ports.ts';
import type { State } from './state.ts';

/** What every part of the engine works with. */
export interface EcsContext {
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly runtime: Runtime;
  readonly targetGroups: TargetGroups;
  readonly trafficRules: TrafficRules;
  readonly alarms: Alarms;
  readonly functions: Functions;
  readonly state: State;
  readonly ids: Ids;
  readonly arns: Arns;
  readonly options: EcsOptions;
  publish(event: ServiceEvent): void;
  /** A secret's value by ARN or name; undefined when there is none. */
  readSecret(arnOrName: string): string | undefined;
}

export interface EcsOptions {
  /** How long a task without health check and load balancer must run to count as healthy. */
  readonly steadySeconds: number;
  /** How long a stopped task stays visible. */
  readonly stoppedTaskSeconds: number;
  /** How long a stopping task waits at most for its targets to drain. */
  readonly drainDeadlineSeconds: number;
}

export const defaultOptions: EcsOptions = {
  steadySeconds: 40,
  stoppedTaskSeconds: 3600,
  drainDeadlineSeconds: 330,
};
