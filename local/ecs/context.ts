import type { Registry } from '../discovery/registry.ts';
import type { ServiceEvent } from '../events/model.ts';
import type { ExecSessions } from '../exec/sessions.ts';
import type { TargetGroups } from '../loadbalancer/targets.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { Clock } from '../support/clock.ts';
import type { Journal } from '../support/journal.ts';
import type { Arns } from './arns.ts';
import type { Ids } from './ids.ts';
import type { Alarms, Capacity, Functions, TrafficRules } from './ports.ts';
import type { State } from './state.ts';
import type { TaskKeys } from './tasks/keys.ts';

/** What an engine is given, without which there is none. */
export interface EcsSurroundings {
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly runtime: Runtime;
  readonly targetGroups: TargetGroups;
  /** Called in the turn in which the journal learns of what the event tells. */
  publish(event: ServiceEvent): void;
}

/** What an engine reaches besides; each has a stand-in, by which it is alone in the world. */
export interface EcsNeighbours {
  readonly trafficRules: TrafficRules;
  /** Cloud Map; the stand-in is one over the same journal. */
  readonly registry: Registry;
  readonly alarms: Alarms;
  readonly functions: Functions;
  /** What AWS has left; the stand-in has enough of everything. */
  readonly capacity: Capacity;
  /** A secret's value by ARN or name; undefined when there is none. */
  readSecret(arnOrName: string): string | undefined;
  /** An S3 object's text by its ARN; undefined when there is none. */
  readObject(arn: string): string | undefined;
  /** Where people and tools on this machine reach the endpoint, for example `http://127.0.0.1:4700`. */
  endpoint(): string;
  /** Where containers reach it; undefined when they cannot: then they get no metadata, credentials and endpoint. */
  taskEndpoint(): Promise<string | undefined>;
  /** Where tasks reach the healthy instances of a Cloud Map service, as `address:port`; undefined when they cannot. */
  connectAddress(discoveryArn: string): Promise<string | undefined>;
}

/** What every part of the engine works with. */
export interface EcsContext extends EcsSurroundings, EcsNeighbours {
  readonly state: State;
  readonly ids: Ids;
  readonly arns: Arns;
  readonly options: EcsOptions;
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
