import * as z from 'zod/mini';
import { verdicts } from '../deployments/model.ts';

/** What the API shows, by the name that each shape has in OpenAPI. */
export const views = z.registry<{ id: string }>();

const shown = <Schema extends z.core.$ZodType>(id: string, schema: Schema): Schema => {
  views.add(schema, { id });
  return schema;
};

/** ISO 8601, in UTC. */
const moment = z.iso.datetime();
const count = z.int().check(z.minimum(0));

/** One page of a list; `next` is given back as `after`. */
const pageOf = <Item extends z.core.$ZodType>(id: string, item: Item) =>
  shown(id, z.object({ items: z.array(item), next: z.optional(z.string()) }));

export const reasonView = shown('Reason', z.object({ code: z.string(), text: z.string() }));

export const progressView = shown(
  'Progress',
  z.object({ desired: count, running: count, pending: count, failedTasks: count, old: count }),
);

export const causeView = shown(
  'Cause',
  z.object({
    code: z.string(),
    text: z.string(),
    task: z.optional(
      z.object({
        arn: z.string(),
        stopCode: z.optional(z.string()),
        stoppedReason: z.optional(z.string()),
        container: z.optional(z.string()),
        exitCode: z.optional(z.int()),
      }),
    ),
    logTail: z.optional(z.array(z.string())),
  }),
);

export const deploymentView = shown(
  'Deployment',
  z.object({
    id: z.string(),
    environment: z.string(),
    service: z.string(),
    app: z.string(),
    name: z.string(),
    kind: z.enum(['release', 'rollback']),
    phase: z.enum(['requested', 'queued', 'preparing', 'moving', 'rolling_back', 'closing', 'ended']),
    verdict: z.optional(z.enum(verdicts)),
    /** Why it ended as it did. */
    reason: z.optional(z.string()),
    cause: z.optional(causeView),
    /** The release it moves to, once it has a number, and the one that ran before. */
    release: z.optional(z.int()),
    before: z.optional(z.int()),
    /** The deployment that it waits for. */
    behind: z.optional(z.string()),
    progress: z.optional(progressView),
    actor: z.string(),
    message: z.optional(z.string()),
    requestedAt: moment,
    /** When the present phase is given up. */
    deadline: z.optional(moment),
    endedAt: z.optional(moment),
  }),
);

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

export const deploymentPage = pageOf('DeploymentPage', deploymentView);
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
export const openApiView = shown('OpenApi', z.record(z.string(), z.unknown()));

export type ProblemView = z.output<typeof problemView>;
export type DeploymentView = z.output<typeof deploymentView>;
export type ServiceView = z.output<typeof serviceView>;
export type LiveView = z.output<typeof liveView>;
export type TaskView = z.output<typeof taskView>;
export type ReleaseView = z.output<typeof releaseView>;
export type LedgerEntryView = z.output<typeof ledgerEntryView>;
export type ExplanationView = z.output<typeof explanationView>;
export type LogEventView = z.output<typeof logEventView>;
export type EnvironmentView = z.output<typeof environmentView>;
export interface PageView<Item> {
  readonly items: Item[];
  readonly next?: string | undefined;
}
