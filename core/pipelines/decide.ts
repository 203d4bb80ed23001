import { deploymentRef } from '../deployments/records.ts';
import type { Domain, Instant, Plan, Reason } from '../kernel/plan.ts';
import { absorb, withVerdict } from './absorb.ts';
import type {
  PipelineEffect,
  PipelineMessage,
  PipelineQuery,
  PipelineSeen,
  PipelineState,
  Run,
} from './model.ts';
import { index, isUnderWay, statusOf } from './receive.ts';
import { dueAt } from './report.ts';

/** Turns commits into deployments, in their order, and tells GitHub what became of them. */
export const pipelines: Domain<PipelineState, PipelineMessage, PipelineQuery, PipelineSeen, PipelineEffect> =
  {
    kind: 'pipeline',
    absorb,
    observe,
    decide,
    index,
  };

/** Deployments tell of their end; that one was not heard is the exception. */
const lookMs = 5 * 60_000;
/** Longer than any deployment may take, its gates included. */
const forgottenMs = 30 * 24 * 3600_000;
/** GitHub wants less than one a second from one caller; and an outbox is settled in order. */
const maxReports = 4;

function observe({ runs }: PipelineState, now: Instant): PipelineQuery {
  const missed = runs.filter((run) => isUnderWay(run) && now - run.at >= lookMs);
  return { deployments: missed.flatMap(({ deployment }) => (deployment === undefined ? [] : [deployment])) };
}

function decide(given: PipelineState, seen: PipelineSeen, now: Instant): Plan<PipelineState, PipelineEffect> {
  const state = abandoned(seen.ended.reduce(withVerdict, given), now);
  const handed = state.runs.filter(({ request }) => request !== undefined);
  const reporting = state.runs.filter(({ report }) => (dueAt(report) ?? now + 1) <= now).slice(0, maxReports);
  const runs = state.runs.map((run) => told(withoutRequest(run), reporting.includes(run)));
  const next = { ...state, runs, news: [] };
  const wakeAt = wakeOf(next, now);
  const [first = { code: statusOf(next), text: `${next.ecsName} listens to GitHub` }, ...others] = state.news;
  const reasons: readonly [Reason, ...Reason[]] = [first, ...others];
  return {
    next,
    effects: [
      ...handed.map(({ request }) => ({
        type: 'send' as const,
        to: deploymentRef(request?.id ?? ''),
        message: { type: 'create', request },
      })),
      ...reporting.map((run) => report(state, run)),
    ],
    ...(wakeAt !== undefined && { wakeAt }),
    reasons,
  };
}

function abandoned(state: PipelineState, now: Instant): PipelineState {
  return state.runs
    .filter((run) => isUnderWay(run) && now - run.at >= forgottenMs)
    .reduce(
      (before, { deployment = '' }) =>
        withVerdict(before, { deployment, verdict: 'unknown', reason: 'no verdict was ever heard of' }),
      state,
    );
}

function withoutRequest({ request: _, ...run }: Run): Run {
  return run;
}

const told = (run: Run, isReporting: boolean): Run =>
  isReporting ? { ...run, report: { ...run.report, telling: run.report.wanted.state } } : run;

const report = ({ environment, ecsName }: PipelineState, run: Run): PipelineEffect => ({
  type: 'report_status',
  environment,
  repository: run.repository,
  commit: run.commit,
  context: `berth/${environment}/${ecsName}`,
  delivery: run.delivery,
  status: run.report.wanted,
});

function wakeOf({ runs }: PipelineState, now: Instant): Instant | undefined {
  const moments = runs.flatMap((run) => {
    const due = dueAt(run.report);
    return [
      ...(due === undefined ? [] : [Math.max(due, now)]),
      ...(isUnderWay(run) ? [Math.max(run.at, now) + lookMs] : []),
    ];
  });
  return moments.length === 0 ? undefined : Math.min(...moments);
}
