import type { EvidenceQuery } from '../../deployments/seeing.ts';
import { serviceNameOf, type TaskRecord } from '../../ecs/task.ts';
import { listOfTasks } from '../../intake/records.ts';
import type { Store } from '../../kernel/ports.ts';

export const armNames = ['canary', 'baseline'] as const;
export type ArmName = (typeof armNames)[number];

/** The tasks of each release, as far as they are known. */
export interface Arms extends Readonly<Record<ArmName, readonly TaskRecord[]>> {
  /** Whether there are more than are read: then no sum over tasks means anything. */
  readonly isCut: boolean;
}

const pageSize = 200;
const mostPages = 5;

/** The tasks of both arms that have run since `sinceMs`. */
export async function readArms(store: Store, query: EvidenceQuery): Promise<Arms> {
  const { environment, ecsName, canary, baseline, sinceMs } = query;
  const names = new Set([ecsName, canary.ecsName, baseline.ecsName]);
  const lists = await Promise.all([...names].map((name) => readList(store, listOfTasks(environment, name))));
  const known = new Map(lists.flatMap(({ tasks }) => tasks.map((task) => [task.taskArn, task] as const)));
  const tasksOf = (arm: EvidenceQuery[ArmName]) =>
    [...known.values()].filter(
      (task) =>
        task.taskDefinitionArn === arm.taskDefinitionArn &&
        serviceNameOf(task) === arm.ecsName &&
        (task.stoppedAtMs ?? Number.POSITIVE_INFINITY) >= sinceMs,
    );
  return {
    canary: tasksOf(canary),
    baseline: tasksOf(baseline),
    isCut: lists.some(({ isCut }) => isCut),
  };
}

async function readList(store: Store, list: string) {
  const tasks: TaskRecord[] = [];
  let after: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const { entries, next } = await store.query({
      ...{ list, limit: pageSize, descending: true },
      ...(after !== undefined && { after }),
    });
    tasks.push(...entries.map(({ body }) => body as TaskRecord));
    if (next === undefined) return { tasks, isCut: false };
    after = next;
  }
  return { tasks, isCut: true };
}

/** A program takes this long to begin to tell of itself once its task runs. */
const startMs = 30_000;

/** Whether the task ran before `toMs` and goes on to. */
export const isRunning = ({ startedAtMs, desiredStatus }: TaskRecord, toMs: number): boolean =>
  startedAtMs !== undefined && startedAtMs < toMs && desiredStatus === 'RUNNING';

/** Whether it should have told of itself all through what began at `fromMs`, too. */
export const isSteady = (task: TaskRecord, fromMs: number): boolean => isRunning(task, fromMs - startMs);
