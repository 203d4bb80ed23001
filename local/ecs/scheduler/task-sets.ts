import type { EcsContext } from '../context.ts';
import { publishAction } from '../events.ts';
import type { ServiceRecord, TaskRecord } from '../model.ts';
import { say } from '../services/book.ts';
import { changeTaskSet, forgetTaskSet } from '../task-sets/book.ts';
import { decideTaskSet, type TaskSetPlan } from '../task-sets/decide.ts';
import type { TaskSetRecord } from '../task-sets/model.ts';
import type { TaskBook } from '../tasks/book.ts';
import type { TaskDriver } from '../tasks/driver.ts';
import type { TargetKeeper } from '../tasks/targets.ts';
import { afterFailure, noBackoff } from './breaker.ts';
import { type HealthReport, healthOf, liveTasks, taskSnapshot } from './snapshot.ts';
import { startTasks } from './start.ts';
import { earliest, turnCeiling, Wakes } from './wakes.ts';

const placementRetryMs = 10_000;

/** Keeps every task set at its share of the service's desired count, whenever something about the service changes. */
export class TaskSetScheduler {
  readonly #context: EcsContext;
  readonly #book: TaskBook;
  readonly #driver: TaskDriver;
  readonly #wakes: Wakes;

  constructor(context: EcsContext, book: TaskBook, driver: TaskDriver, targets: TargetKeeper) {
    this.#context = context;
    this.#book = book;
    this.#driver = driver;
    this.#wakes = new Wakes(context.clock, (serviceKey) => this.#run(serviceKey));
    book.onChange((task, before) => this.#taskChanged(task, before));
    targets.onChange((taskId) => this.#wakeOwner(context.state.tasks.get(taskId)));
  }

  resume(): void {
    this.#wakes.resume();
    for (const { serviceKey } of this.#context.state.taskSets.values()) this.wake(serviceKey);
  }

  pause(): void {
    this.#wakes.pause();
  }

  /** Looks at the service's task sets before this turn of the event loop ends; nothing for a service without any. */
  wake(serviceKey: string): void {
    if (this.#context.state.taskSets.keysOf(serviceKey).size > 0) this.#wakes.now(serviceKey);
  }

  #wakeOwner(task: TaskRecord | undefined): void {
    if (task?.service) this.wake(task.service.key);
  }

  #taskChanged(task: TaskRecord, before: TaskRecord | undefined): void {
    const set = task.service && this.#setOf(task.service.key, task.service.deploymentId);
    if (!set) return;
    const hasEnded = task.desiredStatus === 'STOPPED' && before?.desiredStatus === 'RUNNING';
    const byItself = task.stopCode === 'EssentialContainerExited' || task.stopCode === 'TaskFailedToStart';
    if (hasEnded && byItself && !task.reachedHealthy) {
      const failed = { createdAt: task.createdAt, reachedRunning: task.startedAt !== undefined };
      const backoff = afterFailure(set.backoff, failed, this.#context.clock.now());
      changeTaskSet(this.#context, set.arn, { backoff });
    }
    this.wake(set.serviceKey);
  }

  #setOf(serviceKey: string, id: string): TaskSetRecord | undefined {
    return this.#context.state.taskSets.of(serviceKey).find((set) => set.id === id);
  }

  #run(serviceKey: string): void {
    const sets = this.#context.state.taskSets.of(serviceKey);
    this.#wakes.at(serviceKey, earliest(sets.map(({ arn }) => this.#settle(serviceKey, arn))));
  }

  /** Looks and acts until nothing is left to do; answers when to look again though nothing happens. */
  #settle(serviceKey: string, arn: string): number | undefined {
    for (let turn = 0; turn < turnCeiling; turn += 1) {
      const service = this.#context.state.services.get(serviceKey);
      const looked = service && this.#look(service, arn);
      if (!looked?.acted) return looked?.wakeAt;
    }
    return this.#context.clock.now();
  }

  #look(service: ServiceRecord, arn: string): { acted: boolean; wakeAt: number | undefined } {
    const set = this.#context.state.taskSets.get(arn);
    if (!set) return { acted: false, wakeAt: undefined };
    const now = this.#context.clock.now();
    const tasks = liveTasks(this.#context, service.key).filter(
      (task) => task.service?.deploymentId === set.id,
    );
    const health = new Map(tasks.map((task) => [task.id, healthOf(this.#context, service, task)]));
    for (const task of tasks) {
      const isFirst = !task.reachedHealthy && health.get(task.id)?.health === 'healthy';
      if (isFirst) this.#book.note(task.id, { reachedHealthy: true });
    }
    const plan = decideTaskSet({
      now,
      isDraining: set.status === 'DRAINING' || service.status !== 'ACTIVE',
      desiredCount: service.desiredCount,
      scalePercent: set.scalePercent,
      startAfter: set.backoff.startAfter,
      tasks: tasks.map((task) => taskSnapshot(service, task, health.get(task.id)?.health ?? 'unknown', now)),
    });
    const moments = [plan.wakeAt, ...[...health.values()].map(({ changesAt }) => changesAt)];
    return {
      acted: this.#act(service, set, plan, health),
      wakeAt: earliest(moments),
    };
  }

  /** True when something has changed, so that it is worth looking again. */
  #act(
    service: ServiceRecord,
    set: TaskSetRecord,
    plan: TaskSetPlan,
    health: ReadonlyMap<string, HealthReport>,
  ): boolean {
    if (plan.isGone) {
      forgetTaskSet(this.#context, set);
      return false;
    }
    this.#noteStability(service, set, plan.isSteady);
    for (const { taskId, why } of plan.stop) {
      const scaling = `Scaling activity initiated by (taskSet ${set.id})`;
      const reason = why === 'unhealthy' ? (health.get(taskId)?.cause ?? scaling) : scaling;
      this.#driver.stop(taskId, 'ServiceSchedulerInitiated', reason);
      say(this.#context, service.key, `(taskSet ${set.id}) has stopped 1 running tasks: (task ${taskId}).`);
    }
    if (plan.stop.length > 0) publishAction(this.#context, service, 'TASKS_STOPPED');
    if (plan.start > 0) this.#start(service, set, plan.start);
    return plan.start > 0 || plan.stop.length > 0;
  }

  #start(service: ServiceRecord, set: TaskSetRecord, count: number): void {
    const problem = startTasks(this.#context, this.#book, service, set, { count });
    if (problem === undefined) return;
    publishAction(this.#context, service, problem.event, problem.reason, problem.about);
    say(this.#context, service.key, `(taskSet ${set.id}) ${problem.message}`);
    const now = this.#context.clock.now();
    const backoff = afterFailure(set.backoff, { createdAt: now, reachedRunning: false }, now);
    const startAfter = Math.max(backoff.startAfter, now + placementRetryMs);
    changeTaskSet(this.#context, set.arn, { backoff: { ...backoff, startAfter } });
  }

  #noteStability(service: ServiceRecord, set: TaskSetRecord, isSteady: boolean): void {
    const stability = isSteady ? 'STEADY_STATE' : 'STABILIZING';
    if (set.stability === stability) return;
    changeTaskSet(this.#context, set.arn, {
      stability,
      stabilityAt: this.#context.clock.now(),
      ...(isSteady ? { backoff: noBackoff } : {}),
    });
    if (!isSteady) return;
    say(this.#context, service.key, `(taskSet ${set.id}) has reached a steady state.`);
    publishAction(this.#context, service, 'TASKSET_STEADY_STATE');
  }
}
