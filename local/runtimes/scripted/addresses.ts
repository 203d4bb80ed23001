/** An address for each task, which its containers share; nobody listens there. */
export class Addresses {
  readonly #tasks = new Map<string, { readonly address: string; readonly containers: Set<string> }>();
  readonly #owners = new Map<string, string>();
  #last = 0;

  /** The task's address, a new one for its first container unless it had `known` before. */
  take(taskId: string, containerId: string, known?: string): string {
    let task = this.#tasks.get(taskId);
    if (!task) {
      task = { address: known ?? this.#next(), containers: new Set() };
      this.#tasks.set(taskId, task);
      this.#owners.set(task.address, taskId);
    }
    task.containers.add(containerId);
    return task.address;
  }

  release(taskId: string, containerId: string): void {
    const task = this.#tasks.get(taskId);
    if (!task?.containers.delete(containerId) || task.containers.size > 0) return;
    this.#tasks.delete(taskId);
    this.#owners.delete(task.address);
  }

  /** Ids of the containers of the task that has this address. */
  at(address: string): readonly string[] {
    const owner = this.#owners.get(address);
    return owner === undefined ? [] : [...(this.#tasks.get(owner)?.containers ?? [])];
  }

  #next(): string {
    for (;;) {
      this.#last += 1;
      const address = `127.64.${Math.floor(this.#last / 250) % 250}.${(this.#last % 250) + 1}`;
      if (!this.#owners.has(address)) return address;
    }
  }
}
