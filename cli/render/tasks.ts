import type { TaskView } from '../../core/contract/views.ts';
import type { Paint } from '../io.ts';
import { safeLine } from './safe.ts';
import { table } from './table.ts';
import { ago } from './time.ts';

const shortIdLength = 8;

/** Enough of a task's id to name it; `berth logs --task` takes it, too. */
export const shortTaskId = (id: string): string => safeLine(id).slice(0, shortIdLength);

/** A task's row; `service` where tasks of several services stand together. */
export interface TaskRow {
  readonly service?: string;
  readonly task: TaskView;
}

export function renderTasks(rows: readonly TaskRow[], nowMs: number, paint: Paint): string {
  const named = rows.some(({ service }) => service !== undefined);
  const head = [
    'task',
    ...(named ? ['service'] : []),
    'release',
    'status',
    'started',
    'address',
    'why it stopped',
  ];
  const cells = rows.map(({ service, task }) => [
    paint.bold(shortTaskId(task.id)),
    ...(named ? [safeLine(service ?? '–')] : []),
    task.release === undefined ? '–' : `v${task.release}`,
    statusOf(task, paint),
    ago(task.startedAt ?? task.createdAt, nowMs),
    safeLine(task.address ?? '–'),
    whyStopped(task, nowMs),
  ]);
  return table(head.map(paint.dim), cells);
}

function statusOf({ status }: TaskView, paint: Paint): string {
  if (status === 'RUNNING') return paint.green(status);
  return status === 'STOPPED' ? paint.dim(status) : paint.yellow(safeLine(status));
}

function whyStopped(task: TaskView, nowMs: number): string {
  const exits = task.containers.flatMap(({ name, exitCode }) =>
    exitCode === undefined ? [] : [`${name} exit ${exitCode}`],
  );
  const parts = [task.stopCode, task.stoppedReason, ...exits].filter((part) => part !== undefined);
  if (parts.length === 0) return '';
  const when = task.stoppedAt === undefined ? '' : `, ${ago(task.stoppedAt, nowMs)}`;
  return `${safeLine(parts.join(' · '), 300)}${when}`;
}
