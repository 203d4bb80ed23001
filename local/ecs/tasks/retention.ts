import type { EcsContext } from '../context.ts';
import type { TaskRecord } from '../model.ts';
import type { TaskBook } from './book.ts';

/** Forgets stopped tasks an hour after they stopped, and the idempotency token with the last of its tasks. */
export function keepStoppedTasks(context: EcsContext, book: TaskBook): { resume(): void } {
  const retire = (task: TaskRecord) => {
    const forgetAt = (task.stoppedAt ?? 0) + context.options.stoppedTaskSeconds * 1000;
    context.clock.after(forgetAt - context.clock.now(), () => forget(context, task.id));
  };
  book.onChange((task, before) => {
    if (task.lastStatus === 'STOPPED' && before?.lastStatus !== 'STOPPED') retire(task);
  });
  return {
    resume() {
      for (const task of context.state.tasks.values()) if (task.lastStatus === 'STOPPED') retire(task);
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
