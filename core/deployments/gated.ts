import type { Instant } from '../kernel/plan.ts';
import type { Aim } from '../services/model.ts';
import { pausedText } from './course/advance.ts';
import { decideGates, gatesShut, noGates } from './gates/decide.ts';
import type { GateState } from './gates/model.ts';
import type { DeploymentState } from './model.ts';
import type { DeploymentSeen } from './seeing.ts';
import { setOut, settling } from './set-out.ts';
import { type At, courseOf, type DeploymentPlan, end, reason } from './steps.ts';

/** Nobody is waited for longer than this. */
const gatedMs = 7 * 24 * 3600_000;

interface Waiting {
  readonly since: Instant;
  readonly deadline: Instant;
  readonly gates: GateState;
}

/** Comes to the gates with a task definition that is there, and passes them at once where they are open. */
export function arrive(state: DeploymentState, aim: Aim, seen: DeploymentSeen, now: Instant): DeploymentPlan {
  return pass(state, aim, { since: now, deadline: now + gatedMs, gates: gatesShut }, seen, now);
}

/** Waits at the gates. */
export function gated(
  state: DeploymentState,
  at: At<'gated'>,
  aim: Aim,
  seen: DeploymentSeen,
  now: Instant,
): DeploymentPlan {
  if (state.abort)
    return end(state, 'cancelled', `cancelled by ${state.abort.actor} before anything moved`, now);
  if (now >= at.deadline)
    return end(
      state,
      'cancelled',
      `waited a week at its gates: ${at.waits?.text ?? 'they never opened'}`,
      now,
    );
  return pass(state, aim, at, seen, now);
}

function pass(
  state: DeploymentState,
  aim: Aim,
  { since, deadline, gates }: Waiting,
  seen: DeploymentSeen,
  now: Instant,
): DeploymentPlan {
  const { request, controls } = state;
  const plan = courseOf(state)?.gates ?? noGates;
  const is = decideGates({ request, plan, gates, approvals: controls?.approvals ?? [] }, seen.gates, now);
  const paused = request.what.type === 'content' ? controls?.paused : undefined;
  switch (is.is) {
    case 'open': {
      if (!paused) return setOut(state, aim, now);
      const waits = { code: 'paused', text: pausedText(paused) };
      return {
        next: { ...state, at: { phase: 'gated', since, deadline, gates: is.gates, waits } },
        effects: settling(state),
        wakeAt: deadline,
        reasons: [waits],
      };
    }
    case 'refused':
      return end(state, 'cancelled', is.text, now);
    case 'waits': {
      const { code, text } = is;
      return {
        next: { ...state, at: { phase: 'gated', since, deadline, gates: is.gates, waits: { code, text } } },
        effects: [...settling(state), ...is.effects],
        wakeAt: Math.min(is.wakeAt, deadline),
        reasons: [reason(code, text)],
      };
    }
  }
}
