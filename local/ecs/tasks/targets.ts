import type { EcsContext } from '../context.ts';
import type { TargetRecord, TaskRecord } from '../model.ts';
import { servingGroups } from '../strategies/target-groups.ts';

/** Registers tasks with their target groups, takes them out again, and tells whose target changed. */
export class TargetKeeper {
  readonly #context: EcsContext;
  readonly #taskOf = new Map<string, string>();

  constructor(context: EcsContext) {
    this.#context = context;
  }

  /** Calls `listener` with the task whose target's health has changed. */
  onChange(listener: (taskId: string) => void): void {
    this.#context.targetGroups.onChange((targetGroupArn, target) => {
      const taskId = this.#taskOf.get(keyOf({ targetGroupArn, ...target }));
      if (taskId !== undefined) listener(taskId);
    });
  }

  /** The targets a task of a service with load balancers has: its address and the ports as published. */
  targetsOf(task: TaskRecord): readonly TargetRecord[] {
    const revision = task.service && this.#context.state.revisions.get(task.service.revisionArn);
    const address = task.address;
    if (!revision || address === undefined) return [];
    const groups = servingGroups(revision);
    return revision.loadBalancers.flatMap(({ containerName, containerPort }, index) => {
      const targetGroupArn = groups[index];
      if (targetGroupArn === undefined || containerPort === undefined) return [];
      const container = task.containers.find(({ name }) => name === containerName);
      const port = container?.publishedPorts?.[containerPort] ?? containerPort;
      return [{ targetGroupArn, address, port }];
    });
  }

  register(task: TaskRecord): void {
    this.remember(task);
    for (const { targetGroupArn, address, port } of task.targets) {
      if (this.#context.targetGroups.exists(targetGroupArn)) {
        this.#context.targetGroups.register(targetGroupArn, { address, port });
      }
    }
  }

  remember(task: TaskRecord): void {
    for (const target of task.targets) this.#taskOf.set(keyOf(target), task.id);
  }

  deregister(task: TaskRecord): void {
    for (const { targetGroupArn, address, port } of task.targets) {
      this.#context.targetGroups.deregister(targetGroupArn, { address, port });
    }
  }

  isDrained(task: TaskRecord): boolean {
    return task.targets.every(
      ({ targetGroupArn, address, port }) =>
        this.#context.targetGroups.health(targetGroupArn, { address, port }) === 'unused',
    );
  }

  forget(task: TaskRecord): void {
    for (const target of task.targets) {
      if (this.#taskOf.get(keyOf(target)) === task.id) this.#taskOf.delete(keyOf(target));
    }
  }

  forgetAll(): void {
    this.#taskOf.clear();
  }
}

function keyOf(target: TargetRecord): string {
  return `${target.targetGroupArn}|${target.address}|${target.port}`;
}
