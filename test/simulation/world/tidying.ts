import type { DeploymentState } from '../../../core/deployments/model.ts';
import type { Item } from '../../../core/kernel/ports.ts';
import type { LockState } from '../../../core/locks/model.ts';
import { unlockEnvironment, unlockService } from '../../../core/operations/locks.ts';
import type { OperationDependencies } from '../../../core/operations/ports.ts';
import { isRefusal, say } from './people.ts';
import type { World } from './world.ts';

/** Somebody comes in the end and lets go on whatever waits for a person: else it would wait for hours and days. */
export function tidyUp({ asApi, note }: World, items: ReadonlyMap<string, Item>): void {
  const requests = [...items.values()].flatMap((item) => requestFor(item) ?? []);
  for (const { words, ask } of requests) {
    note(`people, in the end: ${words}`);
    void asApi(async (deps) => {
      try {
        await ask(deps);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        note(`refused: ${(error as Error).message}`);
      }
    });
  }
}

interface Request {
  readonly words: string;
  ask(deps: OperationDependencies): Promise<unknown>;
}

function requestFor({ ref, state }: Item): Request | undefined {
  if (ref.kind === 'lock') return unlocking(state as LockState);
  if (ref.kind !== 'deployment') return undefined;
  const what = wantedBy(state as DeploymentState);
  return what && { words: `${what} ${ref.id}`, ask: (deps) => say(deps, what, ref.id, 'bob') };
}

function wantedBy({ at, controls }: DeploymentState) {
  if (at.phase === 'ended') return undefined;
  if (controls?.paused) return 'resume';
  const held = 'course' in at ? at.course?.held?.code : at.phase === 'gated' ? at.waits?.code : undefined;
  return held !== undefined && /^(?:approval|undecided|no_data)$/.test(held) ? 'approve' : undefined;
}

function unlocking({ environment, ecsName, locks }: LockState): Request | undefined {
  if (locks.length === 0) return undefined;
  const body = { locks: locks.map(({ id }) => id), actor: 'cat' };
  return {
    words: `unlock ${ecsName ?? environment}`,
    ask: (deps) =>
      ecsName === undefined
        ? unlockEnvironment(deps, { params: { environment }, query: {}, body })
        : unlockService(deps, { params: { environment, service: ecsName }, query: {}, body }),
  };
}
