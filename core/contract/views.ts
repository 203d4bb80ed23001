import * as z from 'zod/mini';
import { hearings } from '../pipelines/model.ts';
import { deploymentView, reasonView } from './deployment-views.ts';
import { count, moment, pageOf, shown } from './view-registry.ts';

export {
  type DeploymentView,
  deploymentView,
  type EvidencePageView,
  type EvidenceView,
  evidencePage,
} from './deployment-views.ts';
export { views } from './view-registry.ts';

export const liveView = shown(
  'Live',
  z.object({
    seen: z.enum(['service', 'absent', 'unknown']),
    because: z.optional(z.string()),
    status: z.optional(z.string()),
    desired: z.optional(count),
    running: z.optional(count),
    pending: z.optional(count),
    deployments: z.optional(
      z.array(
        z.object({
          id: z.string(),
          status: z.string(),
          release: z.optional(z.int()),
          rollout: z.optional(z.string()),
          desired: count,
          running: count,
          pending: count,
          failedTasks: count,
          createdAt: moment,
        }),
      ),
    ),
  }),
);

export const serviceView = shown(
  'Service',
  z.object({
    environment: z.string(),
    service: z.string(),
    /** The count that Berth wants; missing before the first deployment got that far. */
    count: z.optional(count),
    /** The release that Berth wants to run. */
    release: z.optional(z.int()),
    /** The releases that were seen succeeding, newest last. */
    succeeded: z.array(z.int()),
    /** The deployment that has the service, and those that wait for it. */
    deployment: z.optional(z.string()),
    waiting: z.array(z.string()),
    urls: z.array(z.string()),
    minimumHealthyPercent: z.optional(count),
    maximumPercent: z.optional(count),
    /** Why ECS refused what was wanted last. */
    refusal: z.optional(z.string()),
    live: liveView,
    createdAt: moment,
  }),
);

export const taskView = shown(
  'Task',
  z.object({
    id: z.string(),
    arn: z.string(),
    release: z.optional(z.int()),
    status: z.string(),
    desiredStatus: z.string(),
    stopCode: z.optional(z.string()),
    stoppedReason: z.optional(z.string()),
    address: z.optional(z.string()),
    zone: z.optional(z.string()),
    startedBy: z.optional(z.string()),
    createdAt: z.optional(moment),
    startedAt: z.optional(moment),
    stoppedAt: z.optional(moment),
    containers: z.array(
      z.object({
        name: z.string(),
        image: z.optional(z.string()),
        imageDigest: z.optional(z.string()),
        status: z.optional(z.string()),
        exitCode: z.optional(z.int()),
        reason: z.optional(z.string()),
      }),
    ),
  }),
);

export const releaseView = shown(
  'Release',
  z.object({
    number: z.int(),
    hash: z.string(),
    taskDefinition: z.string(),
    image: z.string(),
    cpuUnits: z.int(),
    memoryMiB: z.int(),
    /** Names only; values are in the task definition. */
    environment: z.array(z.string()),
    secrets: z.array(z.string()),
    registeredAt: moment,
  }),
);

export const ledgerEntryView = shown(
  'LedgerEntry',
  z.object({
    revision: z.int(),
    at: moment,
    from: z.optional(z.string()),
    to: z.string(),
    reasons: z.array(reasonView),
    effects: z.array(z.string()),
    inputs: z.array(z.string()),
  }),
);

export const explanationView = shown(
  'Explanation',
  z.object({
    status: z.string(),
    reasons: z.array(reasonView),
    /** What would be done now. */
    effects: z.array(z.string()),
    /** When it is looked at again, even if nothing happens. */
    wakeAt: z.optional(moment),
  }),
);

export const logEventView = shown(
  'LogEvent',
  z.object({ id: z.string(), at: moment, task: z.string(), stream: z.string(), message: z.string() }),
);

export const environmentView = shown(
  'Environment',
  z.object({ name: z.string(), cluster: z.string(), region: z.string(), local: z.boolean() }),
);

export const checkView = shown(
  'Check',
  z.object({
    name: z.string(),
    /** `not_checked`: nobody could say, which is no promise. */
    result: z.enum(['ok', 'warning', 'problem', 'not_checked']),
    text: z.string(),
    advice: z.optional(z.string()),
  }),
);

export const driftItemView = shown(
  'DriftItem',
  z.object({ what: z.string(), wanted: z.string(), found: z.string(), advice: z.optional(z.string()) }),
);

/** What a deployment would come to; it changes nothing. */
export const planView = shown(
  'Plan',
  z.object({
    environment: z.string(),
    service: z.string(),
    app: z.string(),
    name: z.string(),
    outcome: z.enum(['nothing', 'changes', 'refused']),
    /** The release that it would make or go to, and the one that is wanted now. */
    release: z.int(),
    isNew: z.boolean(),
    before: z.optional(z.int()),
    count,
    changes: z.array(
      z.object({ path: z.string(), from: z.optional(z.string()), to: z.optional(z.string()) }),
    ),
    steps: z.array(
      z.object({
        kind: z.string(),
        text: z.string(),
        trafficPercent: z.optional(z.number()),
        forSeconds: z.optional(z.number()),
      }),
    ),
    refusals: z.array(z.object({ path: z.string(), detail: z.string() })),
    checks: z.array(checkView),
    /** What somebody changed in ECS; the deployment would put it right. */
    drift: z.array(driftItemView),
    /** The deployment that has the service now: this one would supersede it, or wait for it. */
    deployment: z.optional(z.string()),
  }),
);

export const driftView = shown(
  'Drift',
  z.object({
    environment: z.string(),
    service: z.string(),
    release: z.optional(z.int()),
    /** `unknown`: a deployment is moving it, or ECS could not be read. */
    state: z.enum(['none', 'drifted', 'unknown']),
    because: z.optional(z.string()),
    items: z.array(driftItemView),
  }),
);

/** What was taken over; `manifest` is the service as `berth.yaml` would have it. */
export const adoptionView = shown(
  'Adoption',
  z.object({
    environment: z.string(),
    service: z.string(),
    app: z.string(),
    name: z.string(),
    release: z.int(),
    taskDefinition: z.string(),
    count,
    manifest: z.record(z.string(), z.unknown()),
    /** What the manifest cannot say, or would do otherwise. */
    notes: z.array(z.string()),
  }),
);

export const lockView = shown(
  'Lock',
  z.object({
    id: z.string(),
    environment: z.string(),
    /** Missing: it holds for the whole environment. */
    service: z.optional(z.string()),
    actor: z.string(),
    message: z.string(),
    since: moment,
    /** When it ends by itself. */
    until: z.optional(moment),
  }),
);

export const unlockedView = shown(
  'Unlocked',
  z.object({
    removed: z.array(lockView),
    /** What still stands at the same place. */
    standing: z.array(lockView),
  }),
);

export const deploymentPage = pageOf('DeploymentPage', deploymentView);
export const lockPage = pageOf('LockPage', lockView);
export const servicePage = pageOf('ServicePage', serviceView);
export const taskPage = pageOf('TaskPage', taskView);
export const releasePage = pageOf('ReleasePage', releaseView);
export const ledgerPage = pageOf('LedgerPage', ledgerEntryView);
export const logPage = pageOf('LogPage', logEventView);
export const environmentPage = pageOf('EnvironmentPage', environmentView);

/** RFC 9457. `instance` is the id of the request, as in the log. */
export const problemView = shown(
  'Problem',
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.optional(z.string()),
    errors: z.optional(z.array(z.object({ path: z.string(), detail: z.string() }))),
  }),
);

export const healthView = shown('Health', z.object({ status: z.literal('ok') }));
/** What became of a webhook of GitHub's: `ignored` where nothing is concerned by it. */
export const gitHubView = shown(
  'GitHubDelivery',
  z.object({
    delivery: z.string(),
    event: z.string(),
    outcome: z.enum(['accepted', 'refused', 'ignored']),
    reason: z.string(),
    services: z.array(
      z.object({
        service: z.string(),
        outcome: z.enum(hearings),
        reason: z.string(),
        deployment: z.optional(z.string()),
      }),
    ),
  }),
);

export const openApiView = shown('OpenApi', z.record(z.string(), z.unknown()));

export type ProblemView = z.output<typeof problemView>;
export type LockView = z.output<typeof lockView>;
export type UnlockedView = z.output<typeof unlockedView>;
export type ServiceView = z.output<typeof serviceView>;
export type LiveView = z.output<typeof liveView>;
export type TaskView = z.output<typeof taskView>;
export type ReleaseView = z.output<typeof releaseView>;
export type LedgerEntryView = z.output<typeof ledgerEntryView>;
export type ExplanationView = z.output<typeof explanationView>;
export type LogEventView = z.output<typeof logEventView>;
export type GitHubView = z.output<typeof gitHubView>;
export type PlanView = z.output<typeof planView>;
export type CheckView = z.output<typeof checkView>;
export type DriftView = z.output<typeof driftView>;
export type AdoptionView = z.output<typeof adoptionView>;
export type EnvironmentView = z.output<typeof environmentView>;
export interface PageView<Item> {
  readonly items: Item[];
  readonly next?: string | undefined;
}
