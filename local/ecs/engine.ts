import type { TargetGroups } from '../loadbalancer/targets.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { Clock } from '../support/clock.ts';
import type { Journal } from '../support/journal.ts';
import type { AwsService } from '../support/service.ts';
import { actionTable } from './actions/table.ts';
import { createArns } from './arns.ts';
import { defaultOptions, type EcsContext, type EcsOptions } from './context.ts';
import type { ServiceEvent } from './events.ts';
import { createIds } from './ids.ts';
import type { StopCode } from './model.ts';
import {
  type Alarms,
  type Functions,
  noAlarms,
  noFunctions,
  noTrafficRules,
  type TrafficRules,
} from './ports.ts';
import { ServiceScheduler } from './scheduler/scheduler.ts';
import { forgetInactiveServices } from './services/retention.ts';
import { openState } from './state.ts';
import { adoptTasks } from './tasks/adopt.ts';
import { TaskBook } from './tasks/book.ts';
import { TaskDriver } from './tasks/driver.ts';
import { killEverything } from './tasks/kill.ts';
import { keepStoppedTasks } from './tasks/retention.ts';
import { TargetKeeper } from './tasks/targets.ts';

export type { EcsOptions } from './context.ts';
export type { ServiceEvent } from './events.ts';

/** Amazon ECS on one machine: the API, the tasks' lives and the service scheduler. */
export interface EcsEngine {
  readonly service: AwsService;
  /** Adopts what the journal says should run, then keeps it so. To be called once, before any call. */
  start(): Promise<void>;
  /** Lets go of everything; tasks go on running, and `start` of another engine finds them again. */
  stop(): Promise<void>;
  /** Kills all tasks and forgets everything. */
  reset(): Promise<void>;
  /** Stops a task as AWS itself does now and then: Spot capacity is taken back, hardware fails or is mended. */
  interrupt(taskId: string, stopCode: StopCode, stoppedReason: string): void;
}

export interface EcsDependencies {
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly runtime: Runtime;
  readonly targetGroups: TargetGroups;
  readonly trafficRules?: TrafficRules;
  readonly alarms?: Alarms;
  readonly functions?: Functions;
  /** Called in the turn in which the journal learns of what the event tells. */
  publish(event: ServiceEvent): void;
  /** Numbers from 0 up to 1, for ids. */
  readonly random?: () => number;
  /** A secret's value by ARN or name; undefined when there is none. */
  readonly readSecret?: (arnOrName: string) => string | undefined;
  readonly options?: Partial<EcsOptions>;
}

export function createEcs(dependencies: EcsDependencies): EcsEngine {
  const context: EcsContext = {
    ...dependencies,
    publish: (event) => dependencies.publish(event),
    readSecret: dependencies.readSecret ?? (() => undefined),
    trafficRules: dependencies.trafficRules ?? noTrafficRules,
    alarms: dependencies.alarms ?? noAlarms,
    functions: dependencies.functions ?? noFunctions,
    state: openState(dependencies.journal),
    ids: createIds(dependencies.random),
    arns: createArns(dependencies.account, dependencies.region),
    options: { ...defaultOptions, ...dependencies.options },
  };
  const book = new TaskBook(context);
  const targets = new TargetKeeper(context);
  const driver = new TaskDriver(context, book, targets);
  const scheduler = new ServiceScheduler(context, book, driver, targets);
  const retention = keepStoppedTasks(context, book);
  const find = actionTable({ ...context, book, driver, scheduler });

  const resume = () => {
    retention.resume();
    driver.resume();
    scheduler.resume();
  };
  const pause = () => {
    scheduler.pause();
    driver.pause();
    retention.pause();
  };
  return {
    service: {
      name: 'ecs',
      targetPrefix: 'AmazonEC2ContainerServiceV20141113',
      call: (action, input) => find(action)(input),
    },
    async start() {
      context.state.reload();
      forgetInactiveServices(context);
      await adoptTasks(context, driver);
      resume();
    },
    async stop() {
      pause();
    },
    async reset() {
      driver.abandon();
      pause();
      await killEverything(context);
      context.state.clear();
      resume();
    },
    interrupt: (taskId, stopCode, stoppedReason) => void driver.stop(taskId, stopCode, stoppedReason),
  };
}
