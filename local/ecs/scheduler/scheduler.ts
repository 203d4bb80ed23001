import type { Timer } from '../../support/clock.ts';
import type { EcsContext } from '../context.ts';
import { publishAction } from '../events.ts';
import type { ServiceRecord, TaskRecord } from '../model.ts';
import { changeDeployment, changeService, changeServiceDeployment, say } from '../services/book.ts';
import { completeDeployment, failDeployment, retireDeployment } from '../services/deployments.ts';
import { forgetInactiveServices } from '../services/retention.ts';
import type { TaskBook } from '../tasks/book.ts';
import type { TaskDriver } from '../tasks/driver.ts';
import type { TargetKeeper } from '../tasks/targets.ts';
import { afterFailure, failureThreshold, noBackoff } from './breaker.ts';
import { decideService, type ServiceAction } from './decide.ts';
import { deploymentOf, type HealthReport, healthOf, liveTasks, snapshotOf } from './snapshot.ts';
import { startTasks } from './start.ts';

const turnCeiling = 20;
const impairedAfterRounds = 3;

/** Keeps every service as it should be: looks, decides, acts, whenever something about a service changes. */
export class ServiceScheduler {
  readonly #context: EcsContext;
  readonly #book: TaskBook;
  readonly #driver: TaskDriver;
  readonly #woken = new Set<string>();
  readonly #timers = new Map<string, Timer>();
  #paused = true;

  constructor(context: EcsContext, book: TaskBook, driver: TaskDriver, targets: TargetKeeper) {
    this.#context = context;
    this.#book = book;
    this.#driver = driver;
    book.onChange((task, before) => this.#taskChanged(task, before));
    targets.onChange((taskId) => this.#wakeOwner(context.state.tasks.get(taskId)));
  }

  resume(): void {
    this.#paused = false;
    for (const { key } of this.#context.state.services.values()) this.wake(key);
  }

  pause(): void {
    this.#paused = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  /** Looks at the service before this turn of the event loop ends. */
  wake(key: string): void {
    if (this.#woken.has(key)) return;
    this.#woken.add(key);
    queueMicrotask(() => {
      this.#woken.delete(key);
      if (!this.#paused) this.#run(key);
    });
  }

  #wakeOwner(task: TaskRecord | undefined): void {
    if (task?.service) this.wake(task.service.key);
  }

  #taskChanged(task: TaskRecord, before: TaskRecord | undefined): void {
    if (!task.service) return;
    const hasEnded = task.desiredStatus === 'STOPPED' && before?.desiredStatus === 'RUNNING';
    if (hasEnded && (task.stopCode === 'EssentialContainerExited' || task.stopCode === 'TaskFailedToStart')) {
      this.#countFailure(task);
    }
    this.wake(task.service.key);
  }

  #run(key: string): void {
    let looksAgainAt: number | undefined;
    for (let turn = 0; turn < turnCeiling; turn += 1) {
      const service = this.#context.state.services.get(key);
      if (!service || service.status === 'INACTIVE') return;
      const tasks = liveTasks(this.#context, key);
      if (service.status === 'DRAINING' && tasks.length === 0) {
        this.#retire(service);
        return;
      }
      const health = new Map(tasks.map((task) => [task.id, healthOf(this.#context, service, task)]));
      this.#noteHealthy(service, tasks, health);
      const current = this.#context.state.services.get(key) ?? service;
      const plan = decideService(snapshotOf(this.#context, current, tasks, health));
      const moments = [plan.wakeAt, ...[...health.values()].map(({ changesAt }) => changesAt)];
      looksAgainAt = earliest(moments);
      let acted = false;
      for (const action of plan.actions) acted = this.#apply(key, action, health) || acted;
      if (!acted) break;
    }
    this.#sleepUntil(key, looksAgainAt);
  }

  #sleepUntil(key: string, at: number | undefined): void {
    this.#timers.get(key)?.cancel();
    this.#timers.delete(key);
    if (at === undefined) return;
    const delayMs = at - this.#context.clock.now();
    this.#timers.set(
      key,
      this.#context.clock.after(delayMs, () => this.wake(key)),
    );
  }

  /** True when something has changed, so that it is worth looking again. */
  #apply(key: string, action: ServiceAction, health: ReadonlyMap<string, HealthReport>): boolean {
    switch (action.kind) {
      case 'start':
        changeService(this.#context, key, { steady: false });
        return this.#start(key, action.deploymentId, action.count);
      case 'stop':
        changeService(this.#context, key, { steady: false });
        this.#stop(
          key,
          action.taskId,
          action.why === 'unhealthy' ? health.get(action.taskId)?.cause : undefined,
        );
        return true;
      case 'fail':
        failDeployment(this.#context, key, action.deploymentId);
        this.#noteBreaker(key, action.deploymentId, true);
        return true;
      case 'complete':
        completeDeployment(this.#context, key, action.deploymentId);
        return true;
      case 'retire':
        retireDeployment(this.#context, key, action.deploymentId);
        return true;
      case 'steady':
        return this.#becomeSteady(key);
    }
  }

  #start(key: string, deploymentId: string, count: number): boolean {
    const service = this.#context.state.services.get(key);
    const deployment = service?.deployments.find(({ id }) => id === deploymentId);
    if (!service || !deployment) return false;
    const problem = startTasks(this.#context, this.#book, service, deployment, count);
    if (problem === undefined) return true;
    publishAction(this.#context, service, 'SERVICE_TASK_CONFIGURATION_FAILURE', problem);
    say(this.#context, key, `was unable to place a task. Reason: ${problem}`);
    const now = this.#context.clock.now();
    changeDeployment(this.#context, key, deploymentId, {
      failures: deployment.failures + 1,
      backoff: afterFailure(deployment.backoff, { createdAt: now, reachedRunning: false }, now),
    });
    return true;
  }

  #stop(key: string, taskId: string, unhealthy: string | undefined): void {
    const service = this.#context.state.services.get(key);
    const task = this.#context.state.tasks.get(taskId);
    if (!service || !task) return;
    if (unhealthy !== undefined) {
      say(this.#context, key, `(task ${taskId}) ${unhealthy.replace('Task ', '')}.`);
      this.#countFailure(task);
    } else {
      say(this.#context, key, `has stopped 1 running tasks: (task ${taskId}).`);
    }
    const scaling = `Scaling activity initiated by (deployment ${service.deployments[0]?.id ?? 'none'})`;
    this.#driver.stop(taskId, 'ServiceSchedulerInitiated', unhealthy ?? scaling);
    publishAction(this.#context, service, 'TASKS_STOPPED');
  }

  /**
   * A task that ended by itself or failed its health checks counts against the deployment while that is under
   * way, and slows further starts unless it had been healthy.
   */
  #countFailure(task: TaskRecord): void {
    const key = task.service?.key ?? '';
    const service = this.#context.state.services.get(key);
    const deployment = service && deploymentOf(service, task);
    if (!service || !deployment) return;
    const failed = { createdAt: task.createdAt, reachedRunning: task.startedAt !== undefined };
    const backoff = task.reachedHealthy
      ? deployment.backoff
      : afterFailure(deployment.backoff, failed, this.#context.clock.now());
    const isUnderWay = deployment.rolloutState === 'IN_PROGRESS';
    const isImpaired = backoff.round >= impairedAfterRounds && !deployment.impairedTold;
    changeDeployment(this.#context, key, deployment.id, {
      backoff,
      impairedTold: deployment.impairedTold || isImpaired,
      ...(isUnderWay ? { failures: deployment.failures + 1 } : {}),
    });
    if (isUnderWay) this.#noteBreaker(key, deployment.id, false);
    if (!isImpaired) return;
    say(this.#context, key, 'is unable to consistently start tasks successfully.');
    publishAction(this.#context, service, 'SERVICE_TASK_START_IMPAIRED');
  }

  /** Keeps the service deployment's view of the circuit breaker. */
  #noteBreaker(key: string, deploymentId: string, triggered: boolean): void {
    const service = this.#context.state.services.get(key);
    const deployment = service?.deployments.find(({ id }) => id === deploymentId);
    const arn = deployment?.serviceDeploymentArn ?? '';
    const before = this.#context.state.serviceDeployments.get(arn);
    if (!service || !deployment || !before) return;
    const breaker = service.configuration.deploymentCircuitBreaker;
    changeServiceDeployment(this.#context, arn, {
      breaker: {
        failures: deployment.failures,
        threshold: failureThreshold(breaker, service.desiredCount) ?? 0,
        triggered: triggered || before.breaker.triggered,
      },
    });
  }

  /** The first time a task is healthy ends the back-off and, unless told otherwise, the breaker's count. */
  #noteHealthy(
    service: ServiceRecord,
    tasks: readonly TaskRecord[],
    health: ReadonlyMap<string, HealthReport>,
  ): void {
    for (const task of tasks) {
      if (task.reachedHealthy || health.get(task.id)?.health !== 'healthy') continue;
      this.#book.note(task.id, { reachedHealthy: true });
      const deployment = deploymentOf(service, task);
      if (!deployment) continue;
      const resets = service.configuration.deploymentCircuitBreaker?.resetOnHealthyTask !== false;
      changeDeployment(this.#context, service.key, deployment.id, {
        backoff: noBackoff,
        impairedTold: false,
        ...(resets ? { failures: 0 } : {}),
      });
      if (resets) this.#noteBreaker(service.key, deployment.id, false);
    }
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
    if (token !== undefined) this.#context.state.tokens.delete(`${service.cluster}|CreateService|${token}`);
    forgetInactiveServices(this.#context);
  }
}

function earliest(moments: readonly (number | undefined)[]): number | undefined {
  const known = moments.filter((moment) => moment !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
