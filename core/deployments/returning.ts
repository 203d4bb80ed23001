import type { Instant } from '../kernel/plan.ts';
import { assess } from './assess.ts';
import { evidenceMs, stayed } from './giving-up.ts';
import type { DeploymentState } from './model.ts';
import type { DeploymentSeen } from './seeing.ts';
import { type At, type DeploymentPlan, end, reason } from './steps.ts';
import { goOn, lookAgain, ours, surelyGone } from './watching.ts';

const soonMs = 1_000;

/** Watches the way back. A way back that fails is a verdict of its own. */
export function rollBack(
  state: DeploymentState,
  at: At<'rolling_back'>,
  seen: DeploymentSeen,
  now: Instant,
): DeploymentPlan {
  const cause = seen.evidence?.task && !at.cause.task ? { ...at.cause, ...seen.evidence } : at.cause;
  const informed = { ...state, at: { ...at, cause } };
  const to = `v${at.aim.release.number}`;
  if (at.refused)
    return end(informed, 'failed', `${cause.text}; ECS refused to go back to ${to}: ${at.refused}`, now);
  const is = at.applied && seen.service && assess(seen.service, ours(at, at.applied), now);
  if (!is || is.is === 'unclear')
    return lookAgain(informed, informed.at, is?.text ?? `going back to ${to}`, now);
  switch (is.is) {
    case 'there':
      if (!cause.task && now - at.since < evidenceMs)
        return goOn(informed, informed.at, is.progress, now, soonMs);
      return end(informed, at.verdict, `${cause.text}; ${to} is what runs again`, now);
    case 'failing':
      return end(informed, 'failed', `${cause.text}; going back to ${to} failed as well: ${is.text}`, now);
    case 'overtaken':
      return end(informed, 'superseded', `${cause.text}; then changed outside Berth: ${is.text}`, now);
    case 'gone':
      return (
        surelyGone(informed, informed.at, is.text, now) ??
        end(informed, 'failed', `${cause.text}; ${is.text}`, now)
      );
    case 'on_the_way':
      return now >= at.deadline
        ? end(informed, 'failed', `${cause.text}; going back to ${to} was not done in time`, now)
        : goOn(informed, informed.at, is.progress, now);
  }
}

/** Nothing to go back to: the verdict waits a moment for what the failed tasks tell. */
export function close(
  state: DeploymentState,
  at: At<'closing'>,
  seen: DeploymentSeen,
  now: Instant,
): DeploymentPlan {
  const cause = seen.evidence?.task ? { ...at.cause, ...seen.evidence } : at.cause;
  const informed = { ...state, at: { ...at, cause } };
  const isTrial = cause.ecsName !== undefined;
  const reasonText = `${cause.text}; ${isTrial ? stayed(state) : 'there is no earlier release to go back to'}`;
  if (cause.task || now >= at.deadline) return end(informed, at.verdict, reasonText, now);
  return {
    next: state,
    effects: [],
    wakeAt: now + soonMs,
    reasons: [reason('evidence', 'the evidence is gathered')],
  };
}
