import type { Instant } from '../kernel/plan.ts';
import type { Aim } from '../services/model.ts';
import { siblingName } from '../services/records.ts';
import { mayKnowMore, nextStretch, type Stretch } from './course/judging.ts';
import type { Course, CourseState } from './course/model.ts';
import { tasksFor } from './course/steps.ts';
import type { Cause, DeploymentState, Move, Trial } from './model.ts';
import type { DeploymentQuery, EvidenceQuery } from './seeing.ts';
import { type At, countOf, courseOf, isShifted } from './steps.ts';

/** What a deployment has to see before it decides. */
export function observe(state: DeploymentState, now: Instant): DeploymentQuery {
  const { at } = state;
  switch (at.phase) {
    case 'preparing':
      return at.registered && state.request.what.type === 'content' ? gates(state) : {};
    case 'gated':
      return gates(state);
    case 'trying':
      return { ...gates(state), ...trying(state, at, now) };
    case 'moving':
      return at.applied ? { ...(at.course && gates(state)), ...moving(state, at, at.applied, now) } : {};
    case 'rolling_back':
      return at.applied
        ? { service: serviceOf(state, at, at.applied), ...(!at.cause.task && evidence(state, at.cause)) }
        : {};
    case 'closing':
      return evidence(state, at.cause);
    default:
      return {};
  }
}

const gates = ({ request: { environment, ecsName } }: DeploymentState) => ({
  gates: { environment, ecsName },
});

function evidence({ request }: DeploymentState, { taskDefinitionArn, since = 0, ecsName }: Cause) {
  const { environment, service } = request;
  return {
    evidence: {
      service,
      environment,
      ecsName: ecsName ?? request.ecsName,
      taskDefinitionArn,
      sinceMs: since,
    },
  };
}

function serviceOf(
  { request: { environment, cluster, ecsName } }: DeploymentState,
  { since }: Move,
  { ecsDeploymentId }: NonNullable<Move['applied']>,
) {
  return { environment, cluster, ecsName, sinceMs: since, ecsDeploymentId };
}

function moving(
  state: DeploymentState,
  at: At<'moving'>,
  applied: NonNullable<Move['applied']>,
  now: Instant,
): DeploymentQuery {
  const { environment, ecsName } = state.request;
  const { release, settings } = at.aim;
  const service = serviceOf(state, at, applied);
  const { taskDefinitionArn } = release;
  // Records are read only where tasks that ran are missing, or where nothing but time is waited for.
  const isLasting = at.course !== undefined && at.progress !== undefined;
  const mayDie = settings.circuitBreaker && (at.fell === true || isLasting);
  return {
    service: at.course && isShifted(at.aim) ? { ...service, withTraffic: true } : service,
    ...(mayDie && { deaths: { environment, ecsName, taskDefinitionArn, sinceMs: at.since } }),
    ...judged(state, at.course, now, (course, stretch) => shiftedArms(state, at, course, stretch)),
  };
}

function trying(state: DeploymentState, at: Trial, now: Instant): DeploymentQuery {
  const { environment, cluster, ecsName } = state.request;
  const { taskDefinitionArn } = at.aim.release;
  const canary = siblingName(ecsName, 'canary');
  const baseline = siblingName(ecsName, 'baseline');
  return {
    siblings: {
      canary: { environment, cluster, ecsName: canary },
      ...(at.siblings.baseline && { baseline: { environment, cluster, ecsName: baseline } }),
    },
    deaths: { environment, ecsName: canary, taskDefinitionArn, sinceMs: at.since },
    ...judged(state, at.course, now, (_, stretch) => triedArms(state, at, stretch)),
  };
}

type Arms = Pick<EvidenceQuery, 'canary' | 'baseline' | 'baselineIsFresh' | 'share'>;

function judged(
  state: DeploymentState,
  at: CourseState | undefined,
  now: Instant,
  armsOf: (course: Course, stretch: Stretch) => Arms | undefined,
): Pick<DeploymentQuery, 'judge'> {
  const course = courseOf(state);
  const judge = course?.judge;
  if (!course || !judge || !at || !mayKnowMore(judge, at, now)) return {};
  const stretch = nextStretch(course, at, now);
  const arms = stretch && armsOf(course, stretch);
  if (!arms) return {};
  const { environment, cluster, ecsName } = state.request;
  const { settings, source, metrics } = judge;
  const { trafficPercent: _, ...range } = stretch;
  return { judge: { environment, cluster, ecsName, source, metrics, settings, ...range, ...arms } };
}

/** Behind a load balancer: the shares are those of the traffic. */
function shiftedArms(
  { request, before }: DeploymentState,
  at: Move,
  course: Course,
  { trafficPercent }: Stretch,
): Arms | undefined {
  const groups = at.applied?.targetGroups;
  if (!before || !groups) return undefined;
  const fresh = course.judge?.baselineTasks ?? 0;
  const share = trafficPercent / 100;
  const baseline = fresh > 0 ? siblingName(request.ecsName, 'baseline') : request.ecsName;
  return {
    canary: armOf(request.ecsName, at.aim, groups.new),
    baseline: armOf(baseline, before, groups.old),
    baselineIsFresh: fresh > 0,
    share:
      course.judge?.source.type === 'metrics' && fresh > 0 ? besides(share, fresh, countOf(before)) : share,
  };
}

/** Of the old release's share only what the fresh tasks have is compared: 10 % against 4 of 12 tasks' 90 %: 25 %. */
const besides = (share: number, fresh: number, others: number) =>
  share / (share + ((1 - share) * fresh) / (fresh + others));

/** Without a load balancer every task takes as much as any other. */
function triedArms(
  { request, before }: DeploymentState,
  at: Trial,
  { trafficPercent }: Stretch,
): Arms | undefined {
  if (!before) return undefined;
  const fresh = at.siblings.baseline?.count ?? 0;
  const tried = tasksFor(trafficPercent, countOf(at.aim));
  const others = fresh > 0 ? fresh : countOf(before);
  return {
    canary: armOf(siblingName(request.ecsName, 'canary'), at.aim),
    baseline: armOf(fresh > 0 ? siblingName(request.ecsName, 'baseline') : request.ecsName, before),
    baselineIsFresh: fresh > 0,
    share: tried / (tried + others),
  };
}

const armOf = (ecsName: string, { release }: Aim, targetGroupArn?: string) => ({
  ecsName,
  taskDefinitionArn: release.taskDefinitionArn,
  ...(targetGroupArn !== undefined && { targetGroupArn }),
});
