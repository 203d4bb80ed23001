import type { CourseState } from '../../../core/deployments/course/model.ts';
import type { DeploymentState } from '../../../core/deployments/model.ts';
import type { LockState } from '../../../core/locks/model.ts';
import { deploymentStep, type Facts, type Invariant } from '../observation.ts';

/** A look at the locks may be this old when something is decided upon it. */
const lookMs = 25_000;

/** C2: nothing sets out while it is locked or frozen, and no course goes on while that, or somebody, holds it. */
export const held: Invariant = {
  name: 'C2 what is held stays',
  watch: (facts) => {
    const locked = new Locked(facts);
    return (observation, report) => {
      if (observation.type === 'committed' && observation.item.ref.kind === 'lock')
        locked.see(observation.item.state as LockState, observation.now);
      const step = deploymentStep(observation);
      if (!step?.before) return;
      const { state, before, id, now } = step;
      if (!goesOn(before, state)) return;
      const { paused } = before.controls ?? {};
      if (paused && state.controls?.paused) report(`${id} was paused by ${paused.actor}, and went on`);
      if (state.request.what.type === 'content' && locked.isHeld(state.request, now))
        report(`${id} went on, and is locked`);
    };
  },
};

/** Towards more traffic, or past the gates. */
function goesOn(before: DeploymentState, state: DeploymentState): boolean {
  const isPast = (phase: string) => /^(?:running_before|trying|moving)$/.test(phase);
  const { phase: from } = before.at;
  if (from === 'preparing' || from === 'gated') return isPast(state.at.phase);
  const [was, is] = [courseOf(before), courseOf(state)];
  if (!was || !is || before.at.phase !== state.at.phase) return false;
  return is.step > Math.max(0, was.step) || is.allowedPercent > was.allowedPercent || wasLetThrough(was, is);
}

/** By the deployment itself, at this very step: ECS may shift now. */
const wasLetThrough = ({ passed: then }: CourseState, { passed }: CourseState) =>
  passed !== undefined && passed.at !== then?.at;

const courseOf = ({ at }: DeploymentState): CourseState | undefined =>
  at.phase === 'trying' || at.phase === 'moving' ? at.course : undefined;

/** Since when what is locked by whom. */
class Locked {
  readonly #facts: Facts;
  readonly #since = new Map<string, { readonly at: number; readonly until: number }>();

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  see({ target, locks }: LockState, now: number): void {
    const until = Math.max(0, ...locks.map((lock) => lock.until ?? Number.POSITIVE_INFINITY));
    const at = this.#since.get(target)?.at ?? now;
    if (locks.length === 0) this.#since.delete(target);
    else this.#since.set(target, { at, until });
  }

  isHeld({ environment, ecsName }: { environment: string; ecsName: string }, now: number): boolean {
    // Who freezes between his look and what he decides upon it may have looked any time ago.
    if (this.#facts.mayFreeze) return false;
    return [environment, `${environment}/${ecsName}`].some((target) => {
      const lock = this.#since.get(target);
      return lock && now - lock.at > lookMs && now < lock.until - this.#facts.mostApartMs;
    });
  }
}
