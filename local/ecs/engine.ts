import { createDiscovery } from '../discovery/discovery.ts';
import { createExecSessions, type ExecSessions } from '../exec/sessions.ts';
import type { Route } from '../support/server.ts';
import type { AwsService } from '../support/service.ts';
import { taskRoute } from '../task-endpoints/route.ts';
import { rolesOf } from './actions/lookup.ts';
import { actionTable } from './actions/table.ts';
import { createArns } from './arns.ts';
import {
  defaultOptions,
  type EcsContext,
  type EcsNeighbours,
  type EcsOptions,
  type EcsSurroundings,
} from './context.ts';
import { createIds } from './ids.ts';
import { InstanceBook } from './instances/book.ts';
import { followTasks } from './instances/life.ts';
import { type InstanceControl, instanceControl } from './instances/local.ts';
import type { StopCode, TaskRecord } from './model.ts';
import { fullCapacity, noAlarms, noFunctions, noTrafficRules } from './ports.ts';
import { ServiceScheduler } from './scheduler/scheduler.ts';
import { TaskSetScheduler } from './scheduler/task-sets.ts';
import { type ServiceName, serviceNames } from './services/connect.ts';
import { forgetInactiveServices } from './services/retention.ts';
import { openState, type State } from './state.ts';
import { adoptTasks } from './tasks/adopt.ts';
import { TaskBook, type TaskListener } from './tasks/book.ts';
import { TaskDriver } from './tasks/driver.ts';
import { createTaskKeys } from './tasks/keys.ts';
import { killEverything } from './tasks/kill.ts';
import { RegistryKeeper } from './tasks/registries.ts';
import { keepStoppedTasks } from './tasks/retention.ts';
import { TargetKeeper } from './tasks/targets.ts';

export type { ServiceEvent } from '../events/model.ts';
export type { EcsOptions } from './context.ts';

/** Amazon ECS on one machine: the API, the tasks' lives and the service scheduler. */
export interface EcsEngine {
  readonly service: AwsService;
  /** Adopts what the journal says should run, then keeps it so. To be called once, before any call. */
  start(): Promise<void>;
  /** Lets go of everything; tasks go on running, and `start` of another engine finds them again. */
  stop(): Promise<void>;
  /** Kills all tasks and forgets everything. */
  reset(): Promise<void>;
  /** Hosts that come, go and lose their agent. */
  readonly instances: InstanceControl;
  /** The names of Service Connect that services offer, and where their tasks are. */
  names(): readonly ServiceName[];
  /** The roles that a task definition gives to its tasks; none where it is not there. */
  rolesOf(taskDefinition: string): readonly string[];
  /** Stops a task as AWS itself does now and then: Spot capacity is taken back, hardware fails or is mended. */
  interrupt(taskId: string, stopCode: StopCode, stoppedReason: string): void;
  /** What there is, for those who measure it. */
  readonly state: Pick<State, 'clusters' | 'services' | 'revisions' | 'tasks'>;
  /** All tasks that have not stopped. */
  liveTasks(): readonly TaskRecord[];
  /** Calls `listener` after every stored change of a task, also of what no event tells. */
  onTask(listener: TaskListener): void;
  /** Metadata, credentials and task protection for containers. */
  readonly taskRoute: Route;
  /** Sessions of ExecuteCommand; the endpoint's upgrades are theirs. */
  readonly sessions: ExecSessions;
}

export interface EcsDependencies extends EcsSurroundings, Partial<EcsNeighbours> {
  /** Numbers from 0 up to 1, for ids. */
  readonly random?: () => number;
  readonly options?: Partial<EcsOptions>;
}

export function createEcs(dependencies: EcsDependencies): EcsEngine {
  const context = contextOf(dependencies);
  const book = new TaskBook(context);
  const targets = new TargetKeeper(context);
  const registries = new RegistryKeeper(context, book);
  const driver = new TaskDriver(context, book, targets);
  const scheduler = new ServiceScheduler(context, book, driver, targets);
  const instances = new InstanceBook(context);
  followTasks(book, instances);
  instances.onCapacity((cluster) => scheduler.capacityChanged(cluster));
  const taskSets = new TaskSetScheduler(context, book, driver, targets);
  const retention = keepStoppedTasks(context, book);
  const find = actionTable({ ...context, book, driver, scheduler, taskSets, instances });

  const resume = () => {
    retention.resume();
    driver.resume();
    registries.resume();
    scheduler.resume();
    taskSets.resume();
  };
  const pause = () => {
    taskSets.pause();
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
      context.sessions.close();
    },
    async reset() {
      driver.abandon();
      pause();
      context.sessions.close();
      await killEverything(context);
      context.state.clear();
      resume();
    },
    instances: instanceControl({ context, instances, driver }),
    taskRoute: taskRoute({ ...context, book }),
    sessions: context.sessions,
    state: context.state,
    liveTasks: () => [...context.state.tasks.values()].filter(({ lastStatus }) => lastStatus !== 'STOPPED'),
    onTask: (listener) => book.onChange(listener),
    names: () => serviceNames(context),
    rolesOf: (reference) => rolesOf(context, reference),
    interrupt: (taskId, stopCode, stoppedReason) => void driver.stop(taskId, stopCode, stoppedReason),
  };
}

/** The dependencies, with stand-ins for those that are left out. */
function contextOf(dependencies: EcsDependencies): EcsContext {
  return {
    ...dependencies,
    publish: (event) => dependencies.publish(event),
    readSecret: dependencies.readSecret ?? (() => undefined),
    readObject: dependencies.readObject ?? (() => undefined),
    endpoint: dependencies.endpoint ?? (() => 'http://127.0.0.1'),
    taskEndpoint: dependencies.taskEndpoint ?? (async () => undefined),
    connectAddress: dependencies.connectAddress ?? (async () => undefined),
    taskKeys: createTaskKeys(dependencies.journal),
    sessions: createExecSessions(dependencies),
    trafficRules: dependencies.trafficRules ?? noTrafficRules,
    registry: dependencies.registry ?? createDiscovery(dependencies).registry,
    alarms: dependencies.alarms ?? noAlarms,
    functions: dependencies.functions ?? noFunctions,
    capacity: dependencies.capacity ?? fullCapacity,
    state: openState(dependencies.journal),
    ids: createIds(dependencies.random),
    arns: createArns(dependencies.account, dependencies.region),
    options: { ...defaultOptions, ...dependencies.options },
  };
}
