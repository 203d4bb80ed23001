import type { DeploymentEnded } from '../deployments/model.ts';
import type { Input, Instant, Reason } from '../kernel/plan.ts';
import type { Heard, PipelineEffect, PipelineMessage, PipelineState, Rule } from './model.ts';
import { offered } from './offer.ts';
import { afterTelling, retold, statusOf } from './report.ts';

type PipelineInput = Input<PipelineMessage, PipelineEffect>;

/** What a message or an outcome changes; what repeats changes nothing. */
export function absorb(
  state: PipelineState | undefined,
  input: PipelineInput,
  now: Instant,
): PipelineState | undefined {
  if (input.type === 'outcome') return state && reported(state, input, now);
  const { message } = input;
  if (message.type === 'configure') return configured(state, message);
  if (!state) return undefined;
  return message.type === 'offer' ? offered(state, message, now) : withVerdict(state, message);
}

function configured(
  state: PipelineState | undefined,
  { environment, ecsName, configuration }: Extract<PipelineMessage, { type: 'configure' }>,
): PipelineState | undefined {
  if (!state && !configuration) return undefined;
  const { configured: before, ...rest } = state ?? newPipeline(environment, ecsName);
  if (state && JSON.stringify(before) === JSON.stringify(configuration)) return state;
  return {
    ...rest,
    version: rest.version + 1,
    ...(configuration && { configured: configuration }),
    news: [...rest.news, configuration ? watches(configuration.rule) : off],
  };
}

const newPipeline = (environment: string, ecsName: string): PipelineState => ({
  id: `${environment}/${ecsName}`,
  ...{ environment, ecsName, version: 0, lines: [], runs: [], heard: [], news: [] },
});

const off: Reason = { code: 'off', text: 'the manifest has no rule for GitHub any more' };

const watches = ({ repository, branch, image, workflow }: Rule): Reason => ({
  code: 'configured',
  text: `${repository} ${branch}${workflow === undefined ? '' : ` after ${workflow}`} deploys ${image}`,
});

/** A verdict, heard or found; the first one counts. */
export function withVerdict(
  state: PipelineState,
  {
    deployment,
    verdict,
    reason,
  }: Pick<DeploymentEnded, 'deployment' | 'reason'> & {
    readonly verdict: DeploymentEnded['verdict'] | 'unknown';
  },
): PipelineState {
  const isMeant = (run: PipelineState['runs'][number]) => run.deployment === deployment && !run.verdict;
  if (!state.runs.some(isMeant)) return state;
  const runs = state.runs.map((run) =>
    isMeant(run) ? { ...run, verdict, report: retold(run.report, statusOf(verdict, reason)) } : run,
  );
  const news = [...state.news, { code: verdict, text: `${deployment}: ${reason}` }];
  return { ...state, runs, news };
}

function reported(
  state: PipelineState,
  { effect, outcome }: Extract<PipelineInput, { type: 'outcome' }>,
  now: Instant,
): PipelineState {
  const news: Reason[] = [];
  const runs = state.runs.map((run) => {
    if (run.delivery !== effect.delivery || run.commit !== effect.commit) return run;
    const report = afterTelling(run.report, effect.status.state, outcome, now);
    if (report.refused !== undefined && report.refused !== run.report.refused)
      news.push({ code: 'not_reported', text: `GitHub was not told: ${report.refused}` });
    return { ...run, report };
  });
  return { ...state, runs, news: [...state.news, ...news] };
}

/** What was made of a delivery, if it was heard and is remembered. */
export const heardOf = ({ heard }: PipelineState, delivery: string): Heard | undefined =>
  heard.find((one) => one.delivery === delivery);
