import type { EvidencePageView, EvidenceView } from '../contract/deployment-views.ts';
import type { RouteInput } from '../contract/routes.ts';
import type { Course, Judgement, JudgePlan } from '../deployments/course/model.ts';
import { rejudge } from '../deployments/judge/judge.ts';
import type { Evidence, JudgeVerdict, TrailPoint } from '../deployments/judge/model.ts';
import type { DeploymentState } from '../deployments/model.ts';
import { evidenceSortPrefix } from '../deployments/records.ts';
import { BerthError } from '../kernel/errors.ts';
import type { Ref } from '../kernel/plan.ts';
import { refKey } from '../kernel/plan.ts';
import type { Store } from '../kernel/ports.ts';
import { findDeployment } from './find.ts';
import type { ExplainDependencies } from './ports.ts';
import { boundView, judgementView, positionOf } from './present/course.ts';
import { moment } from './present/moment.ts';

/** A day of intervals of ten seconds, and some; what is beyond is not weighed, which is said. */
const mostIntervals = 10_000;
const pageSize = 1000;

/**
 * What the judge saw, newest first, with what it thought after each interval. All of that is weighed anew from the
 * stored evidence: nothing of the verdict is taken from what the deployment remembers.
 */
export async function getEvidence(
  deps: ExplainDependencies,
  { params, query }: RouteInput<'getEvidence'>,
): Promise<EvidencePageView> {
  const { ref, state } = await findDeployment(deps, params.id);
  const { what } = state.request;
  const course = what.type === 'content' ? what.course : undefined;
  if (!course?.judge) return { items: [] };
  const { evidence, isPartial } = await readEvidence(deps.store, ref);
  const known = judgementOf(state);
  const { trail, judgement, agrees } = recomputed(course, course.judge, known, evidence);
  const points = new Map(trail.map((point) => [point.atMs, point]));
  const before = beforeOf(query.after);
  const shown = evidence
    .map((interval) => evidenceView(interval, points.get(interval.toMs)))
    .filter((_, place) => before === undefined || evidence[place]!.fromMs < before)
    .toReversed();
  const items = shown.slice(0, query.limit);
  const last = items.at(-1);
  return {
    items,
    ...(last && shown.length > items.length && { next: String(Date.parse(last.from)) }),
    judgement,
    ...(agrees !== undefined && { agrees }),
    ...(isPartial && { partial: true }),
  };
}

/** What the deployment remembers; given up by the judge, it left its course before that was written there. */
function judgementOf(state: DeploymentState): Known | undefined {
  const judgement = positionOf(state)?.judgement;
  const cause = 'cause' in state.at ? state.at.cause : undefined;
  const is = cause?.code === 'judge' ? 'worse' : judgement?.verdict.is;
  return judgement && is && { ...judgement, is };
}

type Known = Judgement & { readonly is: JudgeVerdict['is'] };

async function readEvidence(store: Store, ref: Ref) {
  const evidence: Evidence[] = [];
  let after: string | undefined;
  do {
    const page = await store.query({
      ...{ partition: refKey(ref), sortPrefix: evidenceSortPrefix, limit: pageSize },
      ...(after !== undefined && { after }),
    });
    evidence.push(...page.entries.map(({ body }) => body as Evidence));
    after = page.next;
  } while (after !== undefined && evidence.length < mostIntervals);
  return { evidence, isPartial: after !== undefined };
}

/** Once it was found worse it stays so, as in the deployment itself: what came later does not acquit it. */
function recomputed(
  { steps }: Course,
  plan: JudgePlan,
  known: Known | undefined,
  evidence: readonly Evidence[],
) {
  const opening = {
    tasks: known?.state.tasks ?? { canary: 0, baseline: 0 },
    share: (steps[0]?.trafficPercent ?? 100) / 100,
  };
  const { verdict: last, trail } = rejudge(plan.settings, opening, evidence);
  const found = trail.find((point) => point.verdict === 'worse');
  const first = found
    ? rejudge(
        plan.settings,
        opening,
        evidence.filter(({ toMs }) => toMs <= found.atMs),
      ).verdict
    : last;
  const until = evidence.at(-1)?.toMs;
  const judgement = judgementView(first, {
    intervals: evidence.length,
    ...(until !== undefined && { until: moment(until) }),
    foreseen: [...(known?.foreseen ?? [])],
    dryRun: plan.dryRun,
  });
  // Intervals that came in together were weighed together, so either may be what was stored.
  const agrees = known && [first.is, last.is].includes(known.is);
  return { trail, judgement, agrees };
}

function evidenceView(interval: Evidence, point: TrailPoint | undefined): EvidenceView {
  const { fromMs, toMs, share, requests, errors, latency, metrics, exits } = interval;
  return {
    from: moment(fromMs),
    to: moment(toMs),
    share,
    ...(requests && { requests }),
    ...(errors && { errors }),
    ...(latency && { latency: { ...latency, ...copied(latency) } }),
    ...(metrics && {
      metrics: Object.fromEntries(Object.entries(metrics).map(([name, both]) => [name, copied(both)])),
    }),
    ...(exits && { exits }),
    verdict: point?.verdict ?? 'no_data',
    measures: (point?.measures ?? []).map(({ of, e, threshold }) => ({
      of,
      e: finite(e),
      threshold: finite(threshold),
    })),
    bounds: (point?.bounds ?? []).map(boundView),
  };
}

type Values = NonNullable<Evidence['latency']>['canary'];

const copied = ({ canary, baseline }: { readonly canary: Values; readonly baseline: Values }) => ({
  canary: valuesView(canary),
  baseline: valuesView(baseline),
});

const valuesView = (values: Values) =>
  values.map(({ task, value, weight }) => ({ task, value, ...(weight !== undefined && { weight }) }));

/** JSON has no infinity. */
const finite = (value: number) => Math.min(value, Number.MAX_VALUE);

function beforeOf(after: string | undefined): number | undefined {
  if (after === undefined) return undefined;
  if (/^\d{1,15}$/.test(after)) return Number(after);
  const detail = 'has to be the `next` of an earlier page';
  throw new BerthError('invalid-request', `after ${detail}`, [{ path: '/query/after', detail }]);
}
