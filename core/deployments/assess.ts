import type { ObservedDeployment, ObservedService, SeenService } from '../ecs/service.ts';
import type { Instant } from '../kernel/plan.ts';
import type { Aim } from '../services/model.ts';
import type { Progress } from './model.ts';

/** What one look says of a move that ECS has taken on. */
export type Assessment =
  | { readonly is: 'there'; readonly progress: Progress }
  | { readonly is: 'on_the_way'; readonly progress: Progress }
  /** ECS has given it up: the circuit breaker, an alarm, or somebody who stopped it. */
  | { readonly is: 'failing'; readonly text: string; readonly progress?: Progress }
  /** Something else than this move has been made of the service since. */
  | { readonly is: 'overtaken'; readonly text: string }
  | { readonly is: 'gone'; readonly text: string }
  | { readonly is: 'unclear'; readonly text: string };

interface Ours {
  readonly aim: Aim;
  readonly ecsDeploymentId: string;
  /** By ECS's own clock, when our deployment began. */
  readonly ecsCreatedAtMs: Instant | undefined;
  readonly appliedAt: Instant;
}

/** A read may lag behind a write for this long; before that an absence means nothing. */
const settleMs = 60_000;

/** Clocks of Lambda and ECS may differ by this much. */
const skewMs = 5 * 60_000;
/** Within this, a service deployment is surely the one that our write began. */
const promptMs = 10_000;

/**
 * Whether *our* move is what runs: our ECS deployment is the primary one, it and the service have our task
 * definition, ECS calls it complete, and everything wanted runs. A roll-back that completed is never that.
 */
export function assess(seen: SeenService, ours: Ours, now: Instant): Assessment {
  if (seen.seen === 'unknown') return { is: 'unclear', text: `ECS could not be read: ${seen.because}` };
  if (seen.seen === 'absent' || seen.status !== 'ACTIVE') return missing(seen, ours, now);
  const mine = seen.deployments.find(({ id }) => id === ours.ecsDeploymentId);
  const primary = seen.deployments.find(({ status }) => status === 'PRIMARY');
  const progress = progressOf(seen, ours, now);
  const failure = givenUp(seen, mine, primary, ours, now);
  if (failure) return { is: 'failing', text: failure, progress };
  if (!primary) return { is: 'unclear', text: 'ECS shows no primary deployment' };
  if (primary.id !== ours.ecsDeploymentId) return notPrimary(primary, mine, ours, now);
  return isThere(seen, primary, ours) ? { is: 'there', progress } : { is: 'on_the_way', progress };
}

function missing(seen: SeenService, { appliedAt }: Ours, now: Instant): Assessment {
  const what = seen.seen === 'service' ? `is ${seen.status}` : 'is not there';
  return now - appliedAt < settleMs + 2 * skewMs && seen.seen === 'absent'
    ? { is: 'unclear', text: `the service ${what} yet` }
    : { is: 'gone', text: `the service ${what}: it was deleted outside Berth` };
}

/** Where ECS says that it gave our move up: in the deployment itself, or, once that is gone, in the history. */
function givenUp(
  seen: ObservedService,
  mine: ObservedDeployment | undefined,
  primary: ObservedDeployment | undefined,
  ours: Ours,
  now: Instant,
): string | undefined {
  if (mine?.rolloutState === 'FAILED')
    return cause(mine.rolloutStateReason) ?? 'ECS calls the deployment failed';
  if (primary?.id === ours.ecsDeploymentId) return undefined;
  const since = historySince(mine, ours, now);
  const record = seen.serviceDeployments.findLast(
    ({ taskDefinitionArn, createdAtMs }) =>
      taskDefinitionArn === ours.aim.release.taskDefinitionArn && createdAtMs >= since,
  );
  const rolledBack = record?.status.startsWith('ROLLBACK_') ?? false;
  return rolledBack
    ? (cause(record?.statusReason) ?? `ECS rolled the deployment back (${record?.status})`)
    : undefined;
}

/**
 * The same release may have been given up a moment before we tried it again, and the history may not show our try
 * yet. So ECS's own moment counts where it is known, and a wide berth is given to clocks only once reads are fresh.
 */
function historySince(mine: ObservedDeployment | undefined, ours: Ours, now: Instant): Instant {
  const began = beganAt(mine, ours);
  if (began !== undefined) return began - promptMs;
  const { appliedAt } = ours;
  return now - appliedAt < settleMs ? appliedAt - promptMs : appliedAt - skewMs;
}

/** ECS's words for why, without where it went then: that is told by whoever goes there. */
const cause = (reason: string | undefined) => reason?.replace(/:? rolling back to .*$/, '') || undefined;

function notPrimary(
  primary: ObservedDeployment,
  mine: ObservedDeployment | undefined,
  ours: Ours,
  now: Instant,
): Assessment {
  const began = beganAt(mine, ours);
  const isNewer = began === undefined ? now - ours.appliedAt > settleMs : primary.createdAtMs > began;
  return isNewer
    ? { is: 'overtaken', text: `${primary.id} (${short(primary.taskDefinitionArn)}) took its place in ECS` }
    : { is: 'unclear', text: 'ECS does not show the deployment as primary yet' };
}

/** Both are of one clock, ECS's: nobody's own says what came before what. */
const beganAt = (mine: ObservedDeployment | undefined, { ecsCreatedAtMs }: Ours): Instant | undefined =>
  mine?.createdAtMs ?? ecsCreatedAtMs;

function isThere(seen: ObservedService, primary: ObservedDeployment, { aim }: Ours): boolean {
  return (
    primary.taskDefinitionArn === aim.release.taskDefinitionArn &&
    seen.taskDefinitionArn === aim.release.taskDefinitionArn &&
    primary.rolloutState === 'COMPLETED' &&
    primary.runningCount >= seen.desiredCount &&
    seen.deployments.every(({ id, runningCount }) => id === primary.id || runningCount === 0)
  );
}

function progressOf(seen: ObservedService, ours: Ours, now: Instant): Progress {
  const mine = seen.deployments.find(({ id }) => id === ours.ecsDeploymentId);
  const others = seen.deployments.filter(({ id }) => id !== ours.ecsDeploymentId);
  return {
    at: now,
    desired: mine?.desiredCount ?? 0,
    running: mine?.runningCount ?? 0,
    pending: mine?.pendingCount ?? 0,
    failedTasks: mine?.failedTasks ?? 0,
    old: others.reduce((sum, { runningCount }) => sum + runningCount, 0),
  };
}

const short = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);
