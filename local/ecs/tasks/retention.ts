import type { Timer } from '../../support/clock.ts';
import type { EcsContext } from '../context.ts';
import type { TaskRecord } from '../model.ts';
import type { TaskBook } from './book.ts';

/** Forgets stopped tasks an hour after they stopped, and the idempotency token with the last of its tasks. */
export function keepStoppedTasks(context: EcsContext, book: TaskBook): { resume(): void; pause(): void } {
  const timers = new Map<string, Timer>();
  const retire = (task: TaskRecord) => {
    timers.get(task.id)?.cancel();
    const forgetAt = (task.stoppedAt ?? 0) + context.options.stoppedTaskSeconds * 1000;
    const timer = context.clock.after(forgetAt - context.clock.now(), () => {
      timers.delete(task.id);
      forget(context, task.id);
    });
    timers.set(task.id, timer);
  };
  book.onChange((task, before) => {
    if (task.lastStatus === 'STOPPED' && before?.lastStatus !== 'STOPPED') retire(task);
  });
  return {
    resume() {
      for (const task of context.state.tasks.values()) if (task.lastStatus === 'STOPPED') retire(task);
    },
    pause() {
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
    },
  };
}

function forget(context: EcsContext, id: string): void {
  const { tasks, tokens } = context.state;
  const task = tasks.get(id);
  if (task?.lastStatus !== 'STOPPED') return;
  tasks.delete(id);
  const token = task.tokenKey === undefined ? undefined : tokens.get(task.tokenKey);
  if (task.tokenKey === undefined || !token) return;
  if (token.taskIds.every((other) => tasks.get(other) === undefined)) tokens.delete(task.tokenKey);
}
