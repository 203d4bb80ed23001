import type { EcsContext } from '../context.ts';
import { publishAction } from '../events.ts';
import type { ServiceRecord, TaskRecord } from '../model.ts';
import { changeDeployment, changeService, creationTokenKey, say } from '../services/book.ts';
import { completeDeployment, retireDeployment } from '../services/deployments.ts';
import { failDeployment } from '../services/failure.ts';
import { forgetInactiveServices } from '../services/retention.ts';
import { watchedAlarms } from '../strategies/alarms.ts';
import type { StrategyAction } from '../strategies/decide.ts';
import { StrategyRunner } from '../strategies/runner.ts';
import type { TaskBook } from '../tasks/book.ts';
import type { TaskDriver } from '../tasks/driver.ts';
import type { TargetKeeper } from '../tasks/targets.ts';
import { afterFailure } from './breaker.ts';
import { daemonPlan } from './daemon-plan.ts';
import { decideService } from './decide.ts';
import { countFailure, noteHealthy } from './failures.ts';
import { tellStopped, tellTargets } from './messages.ts';
import { type HealthReport, healthOf, liveTasks, snapshotOf } from './snapshot.ts';
import { type Starts, startTasks } from './start.ts';
import { noteUnplaced, retryUnplaced } from './unplaced.ts';
import { earliest, turnCeiling, Wakes } from './wakes.ts';
import { rebalance } from './zones.ts';

/** Keeps every service as it should be: looks, decides, acts, whenever something about a service changes. */
export class ServiceScheduler {
  readonly #context: EcsContext;
  readonly #book: TaskBook;
  readonly #driver: TaskDriver;
  readonly #strategies: StrategyRunner;
  readonly #wakes: Wakes;

  constructor(context: EcsContext, book: TaskBook, driver: TaskDriver, targets: TargetKeeper) {
    this.#context = context;
    this.#book = book;
    this.#driver = driver;
    this.#wakes = new Wakes(context.clock, (key) => this.#run(key));
    book.onChange((task, before) => this.#taskChanged(task, before));
    targets.onChange((taskId) => this.#wakeOwner(context.state.tasks.get(taskId)));
    this.#strategies = new StrategyRunner(context, (key) => this.wake(key));
    context.alarms.onChange((name) => this.#alarmChanged(name));
  }

  resume(): void {
    this.#wakes.resume();
    this.#strategies.resume();
    for (const { key } of this.#context.state.services.values()) this.wake(key);
  }

  pause(): void {
    this.#wakes.pause();
    this.#strategies.pause();
  }

  /** Looks at the service before this turn of the event loop ends. */
  wake(key: string): void {
    this.#wakes.now(key);
  }

  /** Container instances have come, gone or become free: what found no place is tried again. */
  capacityChanged(cluster: string): void {
    for (const service of this.#context.state.services.values()) {
      if (service.cluster !== cluster || service.status === 'INACTIVE') continue;
      retryUnplaced(this.#context, service);
      this.wake(service.key);
    }
  }

  #wakeOwner(task: TaskRecord | undefined): void {
    if (task?.service) this.wake(task.service.key);
  }

  #alarmChanged(name: string): void {
    for (const service of this.#context.state.services.values()) {
      if (watchedAlarms(service).includes(name)) this.wake(service.key);
    }
  }

  #taskChanged(task: TaskRecord, before: TaskRecord | undefined): void {
    if (!task.service) return;
    tellTargets(this.#context, task, before);
    const hasEnded = task.desiredStatus === 'STOPPED' && before?.desiredStatus === 'RUNNING';
    if (hasEnded && (task.stopCode === 'EssentialContainerExited' || task.stopCode === 'TaskFailedToStart')) {
      countFailure(this.#context, task);
    }
    this.wake(task.service.key);
  }

  #run(key: string): void {
    let looksAgainAt: number | undefined;
    this.#wakes.at(key, undefined);
    for (let turn = 0; turn < turnCeiling; turn += 1) {
      const service = this.#context.state.services.get(key);
      if (!service || service.status === 'INACTIVE') return;
      const tasks = liveTasks(this.#context, key);
      if (service.status === 'DRAINING' && tasks.length === 0) {
        this.#retire(service);
        return;
      }
      const health = new Map(tasks.map((task) => [task.id, healthOf(this.#context, service, task)]));
      noteHealthy(this.#context, this.#book, service, tasks, health);
      const current = this.#context.state.services.get(key) ?? service;
      const snapshot = snapshotOf(this.#context, current, tasks, health);
      const plan =
        current.scheduling === 'DAEMON'
          ? daemonPlan(this.#context, current, tasks, health)
          : (this.#strategies.plan(current, snapshot) ?? decideService(snapshot));
      const moments = [...health.values()].map(({ changesAt }) => changesAt);
      looksAgainAt = earliest([plan.wakeAt, ...moments, ...protectionEnds(tasks, snapshot.now)]);
      let acted = false;
      for (const action of plan.actions) acted = this.#apply(key, action, health) || acted;
      tellStopped(this.#context, current, plan.actions);
      if (!acted) break;
      if (turn === turnCeiling - 1) looksAgainAt = this.#context.clock.now();
    }
    this.#wakes.at(key, looksAgainAt);
  }

  /** True when something has changed, so that it is worth looking again. */
  #apply(key: string, action: StrategyAction, health: ReadonlyMap<string, HealthReport>): boolean {
    switch (action.kind) {
      case 'start':
        changeService(this.#context, key, { steady: false });
        return this.#start(key, action.deploymentId, action);
      case 'stop':
        changeService(this.#context, key, { steady: false });
        this.#stop(key, action.taskId, action.why === 'unhealthy' ? health.get(action.taskId) : undefined);
        return true;
      case 'fail':
        failDeployment(this.#context, key, action.deploymentId, action.cause);
        return true;
      case 'bake':
        changeDeployment(this.#context, key, action.deploymentId, { stableSince: this.#context.clock.now() });
        return true;
      case 'complete':
        completeDeployment(this.#context, key, action.deploymentId);
        return true;
      case 'retire':
        retireDeployment(this.#context, key, action.deploymentId);
        return true;
      case 'steady':
        return this.#settle(key);
      case 'enter':
      case 'shift':
      case 'invoke':
      case 'expire':
        return this.#strategies.apply(key, action);
    }
  }

  #start(key: string, deploymentId: string, starts: Starts): boolean {
    const service = this.#context.state.services.get(key);
    const deployment = service?.deployments.find(({ id }) => id === deploymentId);
    if (!service || !deployment) return false;
    const trouble = startTasks(this.#context, this.#book, service, deployment, starts);
    if (trouble?.event === 'SERVICE_TASK_PLACEMENT_FAILURE') {
      noteUnplaced(this.#context, service, deploymentId, trouble);
      return true;
    }
    if (deployment.unplaced) changeDeployment(this.#context, key, deploymentId, { unplaced: undefined });
    if (trouble === undefined) return true;
    publishAction(this.#context, service, trouble.event, trouble.reason);
    say(this.#context, key, trouble.message);
    const now = this.#context.clock.now();
    changeDeployment(this.#context, key, deploymentId, {
      failures: deployment.failures + 1,
      backoff: afterFailure(deployment.backoff, { createdAt: now, reachedRunning: false }, now),
    });
    return true;
  }

  #stop(key: string, taskId: string, unhealthy: HealthReport | undefined): void {
    const service = this.#context.state.services.get(key);
    const task = this.#context.state.tasks.get(taskId);
    if (!service || !task) return;
    if (unhealthy?.told !== undefined) {
      say(this.#context, key, `(task ${taskId}) ${unhealthy.told}`);
      countFailure(this.#context, task);
    }
    const scaling = `Scaling activity initiated by (deployment ${service.deployments[0]?.id ?? 'none'})`;
    this.#driver.stop(taskId, 'ServiceSchedulerInitiated', unhealthy?.cause ?? scaling);
  }

  /** A service that is as it should be may still be spread unevenly over its zones. */
  #settle(key: string): boolean {
    const service = this.#context.state.services.get(key);
    return (service && rebalance(this.#context, this.#book, service)) || this.#becomeSteady(key);
  }

  #becomeSteady(key: string): boolean {
    const service = this.#context.state.services.get(key);
    if (!service || service.steady) return false;
    changeService(this.#context, key, { steady: true });
    say(this.#context, key, 'has reached a steady state.');
    publishAction(this.#context, service, 'SERVICE_STEADY_STATE');
    return false;
  }

  #retire(service: ServiceRecord): void {
    changeService(this.#context, service.key, {
      status: 'INACTIVE',
      inactiveAt: this.#context.clock.now(),
      deployments: [],
    });
    const { token } = service.creation;
    if (token !== undefined) this.#context.state.tokens.delete(creationTokenKey(service.cluster, token));
    forgetInactiveServices(this.#context);
  }
}

/** When tasks that must not be stopped now may be. */
function protectionEnds(tasks: readonly TaskRecord[], now: number): readonly number[] {
  return tasks.flatMap(({ protectedUntil = 0 }) => (protectedUntil > now ? [protectedUntil] : []));
}
