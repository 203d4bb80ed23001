import type { ContainerDefinition, ContainerRecord } from '../model.ts';

/** Whether a container may start now, and if not, when it gives up at the latest, or why it never can. */
export type Readiness =
  | { readonly is: 'ready' }
  | { readonly is: 'wait'; readonly untilMs?: number }
  | { readonly is: 'never'; readonly reason: string };

type Dependency = NonNullable<ContainerDefinition['dependsOn']>[number];

/**
 * Looks at all that the container waits for. It gives up `startTimeout` after the start of one that is to complete,
 * succeed or become healthy and has not; without one it waits as long as it takes. Reasons are in the agent's words.
 */
export function readiness(
  container: ContainerDefinition,
  definitions: readonly ContainerDefinition[],
  containers: readonly ContainerRecord[],
  nowMs: number,
): Readiness {
  const all = (container.dependsOn ?? []).map((dependency) => {
    const other = containers.find(({ name }) => name === dependency.containerName);
    const definition = definitions.find(({ name }) => name === dependency.containerName);
    return other && look(container, dependency, other, definition?.startTimeout, nowMs);
  });
  const never = all.find((one) => one?.is === 'never');
  if (never) return never;
  const waits = all.filter((one) => one?.is === 'wait');
  if (waits.length === 0) return { is: 'ready' };
  const deadlines = waits.flatMap(({ untilMs }) => untilMs ?? []);
  return deadlines.length === 0 ? { is: 'wait' } : { is: 'wait', untilMs: Math.min(...deadlines) };
}

function look(
  target: ContainerDefinition,
  { condition = 'START' }: Dependency,
  other: ContainerRecord,
  timeoutSeconds: number | undefined,
  nowMs: number,
): Readiness {
  const hasEnded = other.status === 'STOPPED';
  const between = `[${described(other)}] for target [${target.name}(${target.image}) (NONE->RUNNING)]`;
  if (hasEnded && other.startedAt === undefined) {
    return never(
      `failed to resolve container ordering dependency ${between} because dependency will never start`,
    );
  }
  if (isMet(condition, other)) return { is: 'ready' };
  if (hasEnded) {
    const how = condition === 'HEALTHY' ? 'did not become healthy' : 'did not exit successfully';
    return never(`failed to resolve container ordering dependency ${between} as dependency ${how}.`);
  }
  if (condition === 'START' || timeoutSeconds === undefined || other.startedAt === undefined)
    return { is: 'wait' };
  const untilMs = other.startedAt + timeoutSeconds * 1000;
  if (nowMs < untilMs) return { is: 'wait', untilMs };
  return never(`container ordering dependency ${between} has timed out.`);
}

function isMet(condition: string, { status, exitCode, health, startedAt }: ContainerRecord): boolean {
  switch (condition) {
    case 'COMPLETE':
      return status === 'STOPPED';
    case 'SUCCESS':
      return status === 'STOPPED' && exitCode === 0;
    case 'HEALTHY':
      return status === 'RUNNING' && health === 'HEALTHY';
    default:
      return startedAt !== undefined;
  }
}

const never = (what: string): Readiness => ({
  is: 'never',
  reason: `CannotStartContainerError: dependency graph: ${what}`,
});

function described({ name, image, status, exitCode }: ContainerRecord): string {
  const exit = exitCode === undefined ? '' : ` - Exit: ${exitCode}`;
  return `${name}(${image}) (${status}->RUNNING)${exit}`;
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
