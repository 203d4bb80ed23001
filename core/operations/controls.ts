import type { Control } from '../contract/requests.ts';
import type { DeploymentView } from '../contract/views.ts';
import { courseStep } from '../deployments/controls.ts';
import type { Course } from '../deployments/course/model.ts';
import { mayApprove } from '../deployments/gates/approval.ts';
import type { DeploymentControl, DeploymentState } from '../deployments/model.ts';
import { BerthError } from '../kernel/errors.ts';
import { defaultActor } from './create-deployment.ts';
import { deliver } from './deliver.ts';
import { findDeployment } from './find.ts';
import type { OperationDependencies } from './ports.ts';
import { deploymentView } from './present/deployment.ts';

interface Said {
  readonly params: { readonly id: string };
  readonly body: Control;
}

/** Each takes in what somebody says to a deployment. Throws `conflict` where it cannot mean anything any more. */
export const approveDeployment = (deps: OperationDependencies, said: Said) => say(deps, 'approve', said);
export const promoteDeployment = (deps: OperationDependencies, said: Said) => say(deps, 'promote', said);
export const skipStep = (deps: OperationDependencies, said: Said) => say(deps, 'skip', said);
export const pauseDeployment = (deps: OperationDependencies, said: Said) => say(deps, 'pause', said);
export const resumeDeployment = (deps: OperationDependencies, said: Said) => say(deps, 'resume', said);
export const abortDeployment = (deps: OperationDependencies, said: Said) => say(deps, 'abort', said);

async function say(
  deps: OperationDependencies,
  type: DeploymentControl['type'],
  { params, body }: Said,
): Promise<DeploymentView> {
  const { ref, state } = await findDeployment(deps, params.id);
  const problem = conflictOf(state, type, body.actor);
  if (problem !== undefined) throw new BerthError('conflict', problem);
  const { actor = defaultActor, reason } = body;
  const message: DeploymentControl = { type, actor, ...(reason !== undefined && { reason }) };
  const next = await deliver(deps, ref, message, `${type}/${deps.newId()}`);
  return deploymentView((next ?? state) as DeploymentState);
}

/** Why this cannot be said to a deployment as it is now. */
function conflictOf(
  state: DeploymentState,
  type: DeploymentControl['type'],
  actor: string | undefined,
): string | undefined {
  const { at, request } = state;
  if (at.phase === 'ended') return `${request.id} has ended already: ${at.verdict}`;
  if (type === 'abort') return undefined;
  if (at.phase === 'rolling_back' || at.phase === 'closing')
    return `${request.id} was given up and is going back; nothing can be said to it any more`;
  const course = request.what.type === 'content' ? request.what.course : undefined;
  if (!course)
    return `${request.id} goes back to a release that was seen to work, at once: it has no steps and no gates`;
  switch (type) {
    case 'approve':
      return approvalConflict(state, course, actor);
    case 'skip':
      return courseStep(state) === undefined
        ? `${request.id} is at no step now: there is nothing to skip`
        : undefined;
    case 'resume':
      return resumeConflict(state);
    default:
      return isStepped(course)
        ? undefined
        : `${request.id} has no steps and no bake: abort is all that stops it`;
  }
}

const isStepped = ({ steps, bakeSeconds }: Course) => steps.length > 0 || bakeSeconds > 0;

/** Where the judge asks for a person, whoever deploys may be the one; elsewhere as the gate says it. */
function approvalConflict(
  state: DeploymentState,
  { gates, steps }: Course,
  actor: string | undefined,
): string | undefined {
  const isAsked = gates.approval !== undefined || steps.some(({ approval }) => approval);
  const isJudgesQuestion = isWithoutVerdict(state);
  if (!isAsked && !isJudgesQuestion) return `nothing of ${state.request.id} asks for approval`;
  if (actor === undefined) return 'an approval has to say whose it is: send `actor`';
  return mayApprove(state.request, gates.approval ?? { byDeployer: !isAsked, at: 'start' }, actor);
}

function isWithoutVerdict({ at }: DeploymentState): boolean {
  const code = 'course' in at ? at.course?.held?.code : undefined;
  return code === 'undecided' || code === 'no_data';
}

function resumeConflict({ at, request, controls }: DeploymentState): string | undefined {
  if (controls?.paused) return undefined;
  const held = 'course' in at ? at.course?.held : undefined;
  return held
    ? `${request.id} was not paused by anybody; ${held.text}: approve, skip, promote or abort it`
    : `${request.id} is not paused`;
}
