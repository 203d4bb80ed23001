import type { TaskRecord } from '../ecs/model.ts';
import { taskView } from '../ecs/tasks/view.ts';
import type { Clock } from '../support/clock.ts';
import type { FaultBook } from './book.ts';
import { longestReadLagMs } from './model.ts';

interface Version {
  readonly atMs: number;
  readonly task: TaskRecord;
}

interface Seen {
  readonly taskArn?: string;
}

type Output = Readonly<Record<string, unknown>>;

/**
 * Reads that lag, as those of ECS do now and then: DescribeTasks and ListTasks answer as things stood some time
 * ago, and a task that is younger than that is MISSING. What changed is remembered for as long as such a fault is
 * active; what happened before it began is seen by everybody.
 */
export class LaggingReads {
  readonly #clock: Clock;
  readonly #book: FaultBook;
  /** By task ARN; versions from the oldest on. */
  readonly #versions = new Map<string, Version[]>();
  /** ARNs of the tasks that were made since a fault began, with their moments. */
  readonly #made = new Map<string, number>();

  constructor(clock: Clock, book: FaultBook) {
    this.#clock = clock;
    this.#book = book;
  }

  /** Told of every change of a task. */
  changed(task: TaskRecord, before: TaskRecord | undefined): void {
    if (this.#book.active('reads-lag').length === 0) {
      if (this.#versions.size > 0) this.clear();
      return;
    }
    const now = this.#clock.now();
    const known = this.#versions.get(task.arn) ?? (before ? [{ atMs: 0, task: before }] : []);
    this.#versions.set(task.arn, [...recent(known, now - longestReadLagMs), { atMs: now, task }]);
    if (!before) this.#made.set(task.arn, now);
  }

  clear(): void {
    this.#versions.clear();
    this.#made.clear();
  }

  /** The answer of DescribeTasks or ListTasks as it was some time ago, where a fault strikes; else as it is. */
  answer(action: string, input: Output, output: Output): Output {
    if (action !== 'DescribeTasks' && action !== 'ListTasks') return output;
    const cluster = typeof input.cluster === 'string' ? input.cluster : 'default';
    const fault = this.#book.strike('reads-lag', { cluster });
    if (!fault) return output;
    const asOfMs = this.#clock.now() - fault.lagSeconds * 1000;
    return action === 'ListTasks' ? this.#listed(output, asOfMs) : this.#described(input, output, asOfMs);
  }

  #isThere(arn: string, asOfMs: number): boolean {
    const madeMs = this.#made.get(arn);
    return madeMs === undefined || madeMs <= asOfMs;
  }

  #listed(output: Output, asOfMs: number): Output {
    const taskArns = (output.taskArns ?? []) as readonly string[];
    return { ...output, taskArns: taskArns.filter((arn) => this.#isThere(arn, asOfMs)) };
  }

  #described(input: Output, output: Output, asOfMs: number): Output {
    const tasks = (output.tasks ?? []) as readonly Seen[];
    const includeTags = ((input.include ?? []) as readonly string[]).includes('TAGS');
    const there = tasks.filter(({ taskArn = '' }) => this.#isThere(taskArn, asOfMs));
    const missing = tasks
      .filter((task) => !there.includes(task))
      .map(({ taskArn }) => ({ arn: taskArn, reason: 'MISSING' }));
    return {
      ...output,
      tasks: there.map((task) => {
        const old = this.#versions.get(task.taskArn ?? '')?.findLast(({ atMs }) => atMs <= asOfMs);
        return old ? taskView(old.task, includeTags) : task;
      }),
      failures: [...((output.failures ?? []) as readonly unknown[]), ...missing],
    };
  }
}

/** Of what is older than the longest lag only the newest is asked for. */
function recent(versions: readonly Version[], sinceMs: number): readonly Version[] {
  const first = versions.findLastIndex(({ atMs }) => atMs <= sinceMs);
  return first <= 0 ? versions : versions.slice(first);
}
