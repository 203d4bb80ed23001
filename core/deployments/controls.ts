import type { Instant } from '../kernel/plan.ts';
import type { Controls, Said } from './course/model.ts';
import type { DeploymentControl, DeploymentState } from './model.ts';

const maxApprovals = 20;

/** What somebody said to a deployment, with what the ledger is to tell of it; saying it twice changes nothing. */
export function controlled(
  state: DeploymentState,
  control: DeploymentControl,
  now: Instant,
): DeploymentState {
  const { type, actor, reason } = control;
  const text = `${words[type]} by ${actor}${reason ? `: ${reason}` : ''}`;
  return { ...taken(state, control, now), news: [...(state.news ?? []), { code: type, text }] };
}

const words = {
  approve: 'approved',
  promote: 'promoted',
  skip: 'its step cut short',
  pause: 'paused',
  resume: 'resumed',
  abort: 'aborted',
} as const satisfies Record<DeploymentControl['type'], string>;

function taken(state: DeploymentState, control: DeploymentControl, now: Instant): DeploymentState {
  const { actor, reason } = control;
  if (control.type === 'abort')
    return { ...state, abort: state.abort ?? { actor, ...(reason !== undefined && { reason }) } };
  const said: Said = { actor, ...(reason !== undefined && { reason }), at: now };
  return { ...state, controls: heard(state, state.controls ?? { approvals: [] }, control.type, said) };
}

function heard(
  state: DeploymentState,
  controls: Controls,
  type: Exclude<DeploymentControl['type'], 'abort'>,
  said: Said,
): Controls {
  switch (type) {
    case 'approve':
      return { ...controls, approvals: [...controls.approvals, said].slice(-maxApprovals) };
    case 'promote':
      return { ...controls, promote: controls.promote ?? said };
    case 'skip': {
      const step = courseStep(state);
      return step === undefined ? controls : { ...controls, skip: { ...said, step } };
    }
    case 'pause':
      return { ...controls, paused: controls.paused ?? said };
    case 'resume': {
      const { paused: _, ...going } = controls;
      return going;
    }
  }
}

/** The step that a deployment is at, where it is at one: what can be cut short. */
export function courseStep({ at }: DeploymentState): number | undefined {
  const course = at.phase === 'trying' || at.phase === 'moving' ? at.course : undefined;
  return course?.since === undefined ? undefined : course.step;
}
