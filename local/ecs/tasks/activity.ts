import type { Timer } from '../../support/clock.ts';
import type { EcsContext } from '../context.ts';

/** What the process knows of a task besides its record; lost by a restart, and safe to lose. */
export interface Activity {
  launching: string | undefined;
  drain: 'not-begun' | 'waiting' | 'expired';
  /** Names of the containers that were told to stop. */
  readonly signalled: Set<string>;
  /** Names of the containers that are being started again. */
  readonly restarting: Set<string>;
  /** Moments, in epoch milliseconds, at which a dependency is given up. */
  readonly awaited: Set<number>;
  /** Those that have not fired. */
  readonly timers: Set<Timer>;
}

export class Activities {
  readonly #context: EcsContext;
  readonly #wake: (taskId: string) => void;
  readonly #byTask = new Map<string, Activity>();

  constructor(context: EcsContext, wake: (taskId: string) => void) {
    this.#context = context;
    this.#wake = wake;
  }

  of(taskId: string): Activity {
    let activity = this.#byTask.get(taskId);
    if (!activity) {
      activity = {
        launching: undefined,
        drain: 'not-begun',
        signalled: new Set(),
        restarting: new Set(),
        awaited: new Set(),
        timers: new Set(),
      };
      this.#byTask.set(taskId, activity);
    }
    return activity;
  }

  /** Does something later and looks at the task again, unless the task has ended by then. */
  after(taskId: string, delayMs: number, action: () => void): void {
    const { timers } = this.of(taskId);
    const timer = this.#context.clock.after(delayMs, () => {
      timers.delete(timer);
      action();
      this.#wake(taskId);
    });
    timers.add(timer);
  }

  forget(taskId: string): void {
    for (const timer of this.#byTask.get(taskId)?.timers ?? []) timer.cancel();
    this.#byTask.delete(taskId);
  }

  forgetAll(): void {
    for (const taskId of [...this.#byTask.keys()]) this.forget(taskId);
  }
}
