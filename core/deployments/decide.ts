import type { Domain, Instant } from '../kernel/plan.ts';
import { runAfter, runBefore } from './after.ts';
import { awaited } from './awaiting.ts';
import { keepCourse } from './course/went.ts';
import { gated } from './gated.ts';
import type { DeploymentEffect, DeploymentMessage, DeploymentState } from './model.ts';
import { move } from './moving.ts';
import { observe } from './observe.ts';
import { aimOf, claim, prepare, wait } from './prepare.ts';
import { index, takeIn } from './receive.ts';
import { close, rollBack } from './returning.ts';
import type { DeploymentQuery, DeploymentSeen } from './seeing.ts';
import { afterwards, type DeploymentPlan, end } from './steps.ts';
import { tryOn } from './trying.ts';

/**
 * The move of a service from one release to another. It asks for the service, passes its gates, says where to go,
 * watches what ECS makes of it, judges it, and ends in exactly one verdict.
 */
export const deployments: Domain<
  DeploymentState,
  DeploymentMessage,
  DeploymentQuery,
  DeploymentSeen,
  DeploymentEffect
> = {
  kind: 'deployment',
  absorb: takeIn,
  observe,
  decide(state, seen, now) {
    const plan = decide(state, seen, now);
    return { ...plan, next: keepCourse(state, plan.next) };
  },
  index,
  followers: awaited,
};

/**
 * A call of ECS's is answered by the turn that heard it, and says nothing about a later moment. What people said stands
 * in that turn's line of the ledger.
 */
function decide(state: DeploymentState, seen: DeploymentSeen, now: Instant): DeploymentPlan {
  const plan = decideAt(state, seen, now);
  const { hook, news = [], ...next } = plan.next;
  return hook || news.length > 0 ? { ...plan, next, reasons: [...plan.reasons, ...news] } : plan;
}

function decideAt(state: DeploymentState, seen: DeploymentSeen, now: Instant): DeploymentPlan {
  const { at } = state;
  switch (at.phase) {
    case 'requested':
      return claim(state, now);
    case 'queued':
      return wait(state, at, now);
    case 'preparing':
      return prepare(state, at, seen, now);
    case 'gated':
    case 'running_before': {
      const aim = aimOf(state);
      if (!aim) return end(state, 'failed', 'its task definition is not known any more', now);
      return at.phase === 'gated' ? gated(state, at, aim, seen, now) : runBefore(state, at, aim, now);
    }
    case 'trying':
      return tryOn(state, at, seen, now);
    case 'moving':
      return move(state, at, seen, now);
    case 'running_after':
      return runAfter(state, at, now);
    case 'rolling_back':
      return rollBack(state, at, seen, now);
    case 'closing':
      return close(state, at, seen, now);
    case 'ended':
      return { ...afterwards(state), reasons: [{ code: at.verdict, text: at.reason }] };
  }
}
