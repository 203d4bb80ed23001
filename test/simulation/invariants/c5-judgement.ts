import type { CourseState, JudgePlan } from '../../../core/deployments/course/model.ts';
import { rejudge } from '../../../core/deployments/judge/judge.ts';
import type { Evidence } from '../../../core/deployments/judge/model.ts';
import type { DeploymentState } from '../../../core/deployments/model.ts';
import { evidenceSortPrefix } from '../../../core/deployments/records.ts';
import { refKey } from '../../../core/kernel/plan.ts';
import { deploymentStep, type Facts, type Invariant } from '../observation.ts';

/**
 * C5: what was judged is kept, each interval once, and gives the same verdict again; what was found worse does not
 * succeed, and a dry run takes nothing back.
 */
export const judgement: Invariant = {
  name: 'C5 judged by what is kept',
  watch: (facts) => (observation, report) => {
    const step = deploymentStep(observation);
    if (step?.state.at.phase === 'ended' && step.before?.at.phase !== 'ended') {
      const plan = planOf(step.state);
      const { cause } = step.state.at;
      if (cause?.code === 'judge' && (!plan || plan.dryRun))
        report(`${step.id} was given up by a judge that was not to act: ${cause.text}`);
      if ((cause?.code === 'undecided' || cause?.code === 'no_data') && !asDeclared(plan, cause.code))
        report(`${step.id} was given up without a verdict, which was not declared: ${cause.text}`);
    }
    if (observation.type !== 'over') return;
    for (const { ref, state } of facts.items.values()) {
      if (ref.kind !== 'deployment') continue;
      const problem = problemOf(state as DeploymentState, evidenceOf(refKey(ref), facts));
      if (problem !== undefined) report(`${ref.id} ${problem}`);
    }
  },
};

const asDeclared = (plan: JudgePlan | undefined, code: 'undecided' | 'no_data') =>
  (code === 'no_data' ? plan?.noData : plan?.undecided) === 'roll_back' || plan?.undecided === 'roll_back';

const planOf = ({ request: { what } }: DeploymentState) =>
  what.type === 'content' ? what.course?.judge : undefined;

const evidenceOf = (partition: string, { records }: Facts): readonly Evidence[] =>
  [...records.values()]
    .filter((record) => record.partition === partition && record.sort.startsWith(evidenceSortPrefix))
    .map(({ body }) => body as Evidence)
    .sort((one, other) => one.fromMs - other.fromMs);

function problemOf(state: DeploymentState, evidence: readonly Evidence[]): string | undefined {
  const { at, went, request } = state;
  const plan = planOf(state);
  const course: CourseState | undefined = 'course' in at ? at.course : went;
  if (!plan || request.what.type !== 'content') return evidence.length > 0 ? 'has no judge' : undefined;
  const known = course?.judgement;
  if (!known)
    return evidence.length > 0 ? `was never judged, and has ${evidence.length} intervals` : undefined;
  if (evidence.length !== known.intervals)
    return `has weighed ${known.intervals} intervals, and ${evidence.length} are kept`;
  const opening = {
    tasks: known.state.tasks,
    share: (request.what.course?.steps[0]?.trafficPercent ?? 100) / 100,
  };
  const { verdict, trail } = rejudge(plan.settings, opening, evidence);
  const wasWorse = trail.some((point) => point.verdict === 'worse');
  const isSame = verdict.is === known.verdict.is || (known.verdict.is === 'worse' && wasWorse);
  if (!isSame) return `was found ${known.verdict.is}, and what is kept says ${verdict.is}`;
  const isPromoted = at.phase === 'ended' && at.verdict === 'succeeded';
  return wasWorse && !plan.dryRun && isPromoted ? 'was found worse, and succeeded' : undefined;
}
