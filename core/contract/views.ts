import * as z from 'zod';
import { verdicts } from '../deployments/model.ts';

/** What the API shows, by the name that each shape has in OpenAPI. */
export const views = z.registry<{ id: string }>();

const shown = <Schema extends z.ZodType>(id: string, schema: Schema): Schema => {
  views.add(schema, { id });
  return schema;
};

/** ISO 8601, in UTC. */
const moment = z.iso.datetime();
const count = z.int().min(0);

/** One page of a list; `next` is given back as `after`. */
const pageOf = <Item extends z.ZodType>(id: string, item: Item) =>
  shown(id, z.object({ items: z.array(item), next: z.string().optional() }));

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
    task: z
      .object({
        arn: z.string(),
        stopCode: z.string().optional(),
        stoppedReason: z.string().optional(),
        container: z.string().optional(),
        exitCode: z.int().optional(),
      })
      .optional(),
    logTail: z.array(z.string()).optional(),
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
    verdict: z.enum(verdicts).optional(),
    /** Why it ended as it did. */
    reason: z.string().optional(),
    cause: causeView.optional(),
    /** The release it moves to, once it has a number, and the one that ran before. */
    release: z.int().optional(),
    before: z.int().optional(),
    /** The deployment that it waits for. */
    behind: z.string().optional(),
    progress: progressView.optional(),
    actor: z.string(),
    message: z.string().optional(),
    requestedAt: moment,
    /** When the present phase is given up. */
    deadline: moment.optional(),
    endedAt: moment.optional(),
  }),
);

export const liveView = shown(
  'Live',
  z.object({
    seen: z.enum(['service', 'absent', 'unknown']),
    because: z.string().optional(),
    status: z.string().optional(),
    desired: count.optional(),
    running: count.optional(),
    pending: count.optional(),
    deployments: z
      .array(
        z.object({
          id: z.string(),
          status: z.string(),
          release: z.int().optional(),
          rollout: z.string().optional(),
          desired: count,
          running: count,
          pending: count,
          failedTasks: count,
          createdAt: moment,
        }),
      )
      .optional(),
  }),
);

export const serviceView = shown(
  'Service',
  z.object({
    environment: z.string(),
    service: z.string(),
    /** The count that Berth wants; missing before the first deployment got that far. */
    count: count.optional(),
    /** The release that Berth wants to run. */
    release: z.int().optional(),
    /** The releases that were seen succeeding, newest last. */
    succeeded: z.array(z.int()),
    /** The deployment that has the service, and those that wait for it. */
    deployment: z.string().optional(),
    waiting: z.array(z.string()),
    urls: z.array(z.string()),
    minimumHealthyPercent: count.optional(),
    maximumPercent: count.optional(),
    /** Why ECS refused what was wanted last. */
    refusal: z.string().optional(),
    live: liveView,
    createdAt: moment,
  }),
);

export const taskView = shown(
  'Task',
  z.object({
    id: z.string(),
    arn: z.string(),
    release: z.int().optional(),
    status: z.string(),
    desiredStatus: z.string(),
    stopCode: z.string().optional(),
    stoppedReason: z.string().optional(),
    address: z.string().optional(),
    zone: z.string().optional(),
    startedBy: z.string().optional(),
    createdAt: moment.optional(),
    startedAt: moment.optional(),
    stoppedAt: moment.optional(),
    containers: z.array(
      z.object({
        name: z.string(),
        image: z.string().optional(),
        imageDigest: z.string().optional(),
        status: z.string().optional(),
        exitCode: z.int().optional(),
        reason: z.string().optional(),
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
    from: z.string().optional(),
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
    wakeAt: moment.optional(),
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

export const healthView = shown('Health', z.object({ status: z.literal('ok') }));
export const openApiView = shown('OpenApi', z.record(z.string(), z.unknown()));

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
