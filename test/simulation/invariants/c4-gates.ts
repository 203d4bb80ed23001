import type { DeploymentState } from '../../../core/deployments/model.ts';
import type { JobState } from '../../../core/jobs/model.ts';
import { deploymentStep, type Facts, type Invariant } from '../observation.ts';
import { deployer } from '../story.ts';
import { webhookIn } from '../world/people.ts';

const isSettingOut = /^(?:trying|moving)$/;

/**
 * C4: nothing moves before all of its gates have opened and all of its jobs before have succeeded; nothing succeeds
 * before its jobs after have.
 */
export const gatesAndJobs: Invariant = {
  name: 'C4 gates and jobs come first',
  watch: (facts) => (observation, report) => {
    const step = deploymentStep(observation);
    if (!step?.before || step.state.request.what.type !== 'content') return;
    const { before, state, id } = step;
    const { course } = step.state.request.what;
    if (!course) return;
    if (isSettingOut.test(state.at.phase) && !isSettingOut.test(before.at.phase)) {
      if (before.at.phase === 'running_after') return;
      const problem = shutGate(state, course.gates) ?? missingJob(state, course.before, 'before', facts);
      if (problem !== undefined) report(`${id} set out, and ${problem}`);
    }
    const isEnd = state.at.phase === 'ended' && before.at.phase !== 'ended';
    if (isEnd && state.at.phase === 'ended' && state.at.verdict === 'succeeded') {
      const problem = missingJob(state, course.after, 'after', facts);
      if (problem !== undefined) report(`${id} succeeded, and ${problem}`);
    }
  },
};

type Gates = NonNullable<Extract<DeploymentState['request']['what'], { type: 'content' }>['course']>['gates'];

/** By who said it, whatever the deployment believes of itself. */
function shutGate({ controls }: DeploymentState, { approval, webhooks }: Gates): string | undefined {
  const counting = (controls?.approvals ?? []).filter(
    ({ actor }) => approval?.byDeployer || actor !== deployer,
  );
  if (approval?.at === 'start' && counting.length === 0) return 'nobody who may has approved it';
  const no = webhooks.find(({ url }) => !/^(?:yes|later, then yes)$/.test(webhookIn(url)));
  return no && `webhook ${no.name} never says yes`;
}

/** As the jobs themselves have it, whatever the deployment was told. */
function missingJob(
  { request }: DeploymentState,
  wanted: readonly { readonly name: string }[],
  stage: string,
  { items }: Facts,
): string | undefined {
  const missing = wanted.find(({ name }) => {
    const id = `job_${request.id.slice('dep_'.length)}_${stage}_${name}`;
    const at = (items.get(`job#${id}`)?.state as JobState | undefined)?.at;
    return at?.phase !== 'ended' || at.verdict !== 'succeeded';
  });
  return missing && `${missing.name}, ${stage} it, has not succeeded`;
}
