import type { Registry } from '../discovery/registry.ts';
import type { ExecSessions } from '../exec/sessions.ts';
import type { TargetGroups } from '../loadbalancer/targets.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { Clock } from '../support/clock.ts';
import type { Journal } from '../support/journal.ts';
import type { Arns } from './arns.ts';
import type { ServiceEvent } from './events.ts';
import type { Ids } from './ids.ts';
import type { Alarms, Capacity, Functions, TrafficRules } from './ports.ts';
import type { State } from './state.ts';
import type { TaskKeys } from './tasks/keys.ts';

/** What every part of the engine works with. */
export interface EcsContext {
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly runtime: Runtime;
  readonly targetGroups: TargetGroups;
  readonly trafficRules: TrafficRules;
  readonly registry: Registry;
  readonly alarms: Alarms;
  readonly functions: Functions;
  readonly capacity: Capacity;
  readonly state: State;
  readonly ids: Ids;
  readonly arns: Arns;
  readonly options: EcsOptions;
  publish(event: ServiceEvent): void;
  /** A secret's value by ARN or name; undefined when there is none. */
  readSecret(arnOrName: string): string | undefined;
  /** An S3 object's text by its ARN; undefined when there is none. */
  readObject(arn: string): string | undefined;
  /** Where people and tools on this machine reach the endpoint, for example `http://127.0.0.1:4700`. */
  endpoint(): string;
  /** Where containers reach it; undefined when they cannot. */
  taskEndpoint(): Promise<string | undefined>;
  /** Where tasks reach the healthy instances of a Cloud Map service, as `address:port`; undefined when they cannot. */
  connectAddress(discoveryArn: string): Promise<string | undefined>;
  readonly taskKeys: TaskKeys;
  readonly sessions: ExecSessions;
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
