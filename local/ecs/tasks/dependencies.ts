import type { ContainerDefinition, ContainerRecord } from '../model.ts';

/** Whether a container may start now: `wait` until something changes, `never` when it cannot any more. */
export type Readiness = 'ready' | 'wait' | 'never';

export function readiness(container: ContainerDefinition, containers: readonly ContainerRecord[]): Readiness {
  const all = (container.dependsOn ?? []).map(({ containerName, condition }) => {
    const other = containers.find(({ name }) => name === containerName);
    return other ? isMet(condition ?? 'START', other) : 'never';
  });
  if (all.includes('never')) return 'never';
  return all.includes('wait') ? 'wait' : 'ready';
}

/**
 * When a waiting container gives up, in epoch milliseconds: `startTimeout` after the start of a dependency that is to
 * complete, succeed or become healthy and has not. Undefined while nothing limits the wait.
 */
export function givesUpAt(
  container: ContainerDefinition,
  definitions: readonly ContainerDefinition[],
  containers: readonly ContainerRecord[],
): number | undefined {
  const deadlines = (container.dependsOn ?? []).flatMap(({ containerName, condition = 'START' }) => {
    const other = containers.find(({ name }) => name === containerName);
    const timeoutSeconds = definitions.find(({ name }) => name === containerName)?.startTimeout;
    if (condition === 'START' || timeoutSeconds === undefined || other?.startedAt === undefined) return [];
    return isMet(condition, other) === 'wait' ? [other.startedAt + timeoutSeconds * 1000] : [];
  });
  return deadlines.length === 0 ? undefined : Math.min(...deadlines);
}

function isMet(condition: string, other: ContainerRecord): Readiness {
  const stopped = other.status === 'STOPPED';
  switch (condition) {
    case 'COMPLETE':
      return stopped ? 'ready' : 'wait';
    case 'SUCCESS':
      if (!stopped) return 'wait';
      return other.exitCode === 0 ? 'ready' : 'never';
    case 'HEALTHY':
      if (stopped || other.health === 'UNHEALTHY') return 'never';
      return other.health === 'HEALTHY' ? 'ready' : 'wait';
    default:
      if (other.status === 'PENDING') return 'wait';
      return 'ready';
  }
}

/** The running containers that may be stopped now: nothing that still runs depends on them. */
export function stoppable(
  definitions: readonly ContainerDefinition[],
  containers: readonly ContainerRecord[],
): readonly ContainerRecord[] {
  const running = containers.filter(({ status }) => status === 'RUNNING');
  const needed = new Set(
    definitions
      .filter(({ name }) => running.some((container) => container.name === name))
      .flatMap(({ dependsOn }) => (dependsOn ?? []).map(({ containerName }) => containerName)),
  );
  return running.filter(({ name }) => !needed.has(name));
}
