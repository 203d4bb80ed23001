import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Journal } from '../../support/journal.ts';
import type { EcsContext } from '../context.ts';
import type { ContainerRecord, TaskRecord } from '../model.ts';

/** What a key opens: what a container may know of itself and its task, or the task's credentials. */
export type KeyPurpose = 'metadata' | 'credentials';

/** Keys that nobody guesses: they stand in the addresses that a container is told through its environment. */
export interface TaskKeys {
  /** The same for as long as the container is known, also after a restart of Local AWS. */
  keyOf(task: TaskRecord, container: ContainerRecord, purpose: KeyPurpose): string;
  /** Whose key it is; undefined for a key of nobody. */
  find(
    state: EcsContext['state'],
    key: string,
    purpose: KeyPurpose,
  ): { readonly task: TaskRecord; readonly container: ContainerRecord } | undefined;
}

const secretRow = 'secret';

/** Keys follow from the container's ARN and a secret that the journal keeps. */
export function createTaskKeys(journal: Journal): TaskKeys {
  const kept = journal.table<string>('ecs.taskKeys');
  const secret = () => {
    const known = kept.get(secretRow);
    if (known !== undefined) return known;
    const made = randomBytes(32).toString('hex');
    kept.put(secretRow, made);
    return made;
  };
  const keyOf: TaskKeys['keyOf'] = (task, container, purpose) => {
    const mac = createHmac('sha256', secret()).update(`${purpose}|${container.arn}`).digest('hex');
    return `${task.id}-${mac.slice(0, 32)}`;
  };
  return {
    keyOf,
    find(state, key, purpose) {
      const task = state.tasks.get(key.slice(0, key.indexOf('-')));
      const container = task?.containers.find((one) => isSame(keyOf(task, one, purpose), key));
      return task && container && { task, container };
    },
  };
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
