import type { ServiceRecord, TaskRecord } from '../../ecs/model.ts';
import type { State } from '../../ecs/state.ts';
import { containerId } from '../../ecs/tasks/launch.ts';
import type { ContainerUsage, Runtime } from '../../runtimes/runtime.ts';

/** What there is, to be read only. */
export interface EcsState {
  readonly clusters: Pick<State['clusters'], 'values'>;
  readonly services: Pick<State['services'], 'values' | 'get'>;
  readonly revisions: Pick<State['revisions'], 'get'>;
  readonly tasks: Pick<State['tasks'], 'of'>;
  liveTasks(): readonly TaskRecord[];
}

/** What a running task used of what it reserves, since the look before. */
export interface TaskUsage {
  readonly task: TaskRecord;
  readonly service: ServiceRecord | undefined;
  /** CPU units, 1024 to a core. */
  readonly cpuUnits: number;
  readonly cpuReserved: number;
  readonly memoryMiB: number;
  readonly memoryReservedMiB: number;
}

interface Seen {
  readonly atMs: number;
  readonly cpuSeconds: number;
}

/** CPU time only ever grows: what was used is the difference between two looks. */
export class TaskMeter {
  readonly #ecs: EcsState;
  readonly #runtime: Pick<Runtime, 'stats'>;
  #seen = new Map<string, Seen>();

  constructor(ecs: EcsState, runtime: Pick<Runtime, 'stats'>) {
    this.#ecs = ecs;
    this.#runtime = runtime;
  }

  /** Looks at all running tasks that are `wanted` at once; without any nobody is asked. */
  async look(
    nowMs: number,
    wanted: (task: TaskRecord) => boolean = () => true,
  ): Promise<readonly TaskUsage[]> {
    const tasks = this.#ecs.liveTasks().filter((task) => task.lastStatus === 'RUNNING' && wanted(task));
    if (tasks.length === 0) {
      this.#seen.clear();
      return [];
    }
    const stats = await this.#runtime.stats(tasks.flatMap(idsOf));
    const before = this.#seen;
    this.#seen = new Map([...stats].map(([id, { cpuSeconds }]) => [id, { atMs: nowMs, cpuSeconds }]));
    return tasks.flatMap((task) => {
      const used = usedBy(task, stats, before, nowMs);
      return used ? [{ ...used, service: task.service && this.#ecs.services.get(task.service.key) }] : [];
    });
  }
}

const idsOf = ({ id, containers }: TaskRecord) => containers.map(({ name }) => containerId(id, name));

function usedBy(
  task: TaskRecord,
  stats: ReadonlyMap<string, ContainerUsage>,
  before: ReadonlyMap<string, Seen>,
  nowMs: number,
): Omit<TaskUsage, 'service'> | undefined {
  const ids = idsOf(task).filter((id) => stats.has(id));
  if (ids.length === 0) return undefined;
  let cpuUnits = 0;
  let memoryMiB = 0;
  for (const id of ids) {
    const { cpuSeconds, memoryBytes } = stats.get(id)!;
    const last = before.get(id);
    // A container that was started again counts from nothing.
    const start =
      last && last.cpuSeconds <= cpuSeconds ? last : { atMs: task.startedAt ?? nowMs, cpuSeconds: 0 };
    const seconds = (nowMs - start.atMs) / 1000;
    if (seconds > 0) cpuUnits += (1024 * (cpuSeconds - start.cpuSeconds)) / seconds;
    memoryMiB += memoryBytes / 1024 / 1024;
  }
  return { task, cpuUnits, memoryMiB, ...reservedBy(task) };
}

/** What the task reserves, or where it says nothing itself, what its containers do. */
function reservedBy({ cpu, memory, containers }: TaskRecord) {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const cpuOfContainers = sum(containers.map((one) => one.cpu));
  const memoryOfContainers = sum(containers.map((one) => one.memoryReservation ?? one.memory ?? 0));
  return {
    cpuReserved: Number(cpu) || cpuOfContainers,
    memoryReservedMiB: Number(memory) || memoryOfContainers,
  };
}
