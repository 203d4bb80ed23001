import * as z from 'zod/mini';
import { strategies } from '../deployments/course/model.ts';
import { verdicts } from '../deployments/model.ts';
import { jobVerdicts } from '../jobs/model.ts';
import { count, moment, shown } from './view-registry.ts';

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

/** What a deployment waits for that is not time alone. */
export const waitView = shown(
  'Wait',
  z.object({ code: z.string(), text: z.string(), since: z.optional(moment) }),
);

/** What somebody said about a deployment. */
export const saidView = shown(
  'Said',
  z.object({ actor: z.string(), reason: z.optional(z.string()), at: z.optional(moment) }),
);

/** The way to all traffic, and how far it is. */
export const courseView = shown(
  'Course',
  z.object({
    strategy: z.enum(strategies),
    steps: z.array(
      z.object({
        trafficPercent: z.number(),
        forSeconds: z.number(),
        /** It stays until somebody approves it. */
        approval: z.optional(z.literal(true)),
        state: z.enum(['done', 'now', 'next']),
      }),
    ),
    /** Index of the present step: -1 before the first, as many as there are while it bakes. Missing: not on its way. */
    step: z.optional(z.int()),
    /** Since when the present step's traffic is there. */
    since: z.optional(moment),
    /** Share of the traffic (of the tasks, where nothing balances) that the new release was seen to have. */
    percent: z.optional(z.number()),
    /** And that it may have. */
    allowedPercent: z.optional(z.number()),
    bakeSeconds: z.number(),
    /** A judge compares the new release with the one before. */
    isJudged: z.optional(z.literal(true)),
  }),
);

/** How much worse the release may still be. */
export const boundView = z.object({
  of: z.string(),
  atMostRatio: z.optional(z.number()),
  isReached: z.boolean(),
  text: z.string(),
});

export const judgeVerdicts = ['worse', 'not_worse', 'undecided', 'no_data'] as const;

export const judgementView = shown(
  'Judgement',
  z.object({
    verdict: z.enum(judgeVerdicts),
    text: z.string(),
    /** What was found worse. */
    of: z.optional(z.string()),
    bounds: z.array(boundView),
    /** How many intervals of evidence were weighed, and up to when. */
    intervals: count,
    until: z.optional(moment),
    /** What it can and cannot find, said before it began. */
    foreseen: z.array(z.string()),
    /** Recorded, and not acted upon. */
    dryRun: z.boolean(),
  }),
);

export const deploymentJobView = shown(
  'DeploymentJob',
  z.object({
    id: z.optional(z.string()),
    name: z.string(),
    when: z.enum(['before', 'after']),
    state: z.enum(['next', 'running', ...jobVerdicts]),
    reason: z.optional(z.string()),
    endedAt: z.optional(moment),
  }),
);

export const phases = [
  'requested',
  'queued',
  'preparing',
  'gated',
  'running_before',
  'trying',
  'moving',
  'running_after',
  'rolling_back',
  'closing',
  'ended',
] as const;

export const deploymentView = shown(
  'Deployment',
  z.object({
    id: z.string(),
    /** Grows with every change of the deployment; `since` takes it. Missing in lists. */
    version: z.optional(z.int()),
    /** Nothing has changed since the version that was asked about; worth asking again after so long. */
    unchanged: z.optional(z.literal(true)),
    retryAfterMs: z.optional(count),
    environment: z.string(),
    service: z.string(),
    app: z.string(),
    name: z.string(),
    kind: z.enum(['release', 'rollback']),
    phase: z.enum(phases),
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
    course: z.optional(courseView),
    judgement: z.optional(judgementView),
    waits: z.optional(waitView),
    jobs: z.optional(z.array(deploymentJobView)),
    approvals: z.optional(z.array(saidView)),
    paused: z.optional(saidView),
    promoted: z.optional(saidView),
    skipped: z.optional(saidView),
    aborted: z.optional(saidView),
    /** The image as it was asked for, and with its digest, or why it has none. */
    image: z.optional(
      z.object({ written: z.string(), pinned: z.optional(z.string()), because: z.optional(z.string()) }),
    ),
    actor: z.string(),
    message: z.optional(z.string()),
    requestedAt: moment,
    /** When the present phase is given up. */
    deadline: z.optional(moment),
    endedAt: z.optional(moment),
  }),
);

const arms = <Value extends z.core.$ZodType>(value: Value) => ({ canary: value, baseline: value });
const taskValues = z.array(z.object({ task: z.string(), value: z.number(), weight: z.optional(z.number()) }));

/** What was seen in one interval, and what the judge thought once it was in. */
export const evidenceView = shown(
  'Evidence',
  z.object({
    from: moment,
    to: moment,
    /** The new release's share of the traffic, as it was meant: 0 to 1. */
    share: z.number(),
    requests: z.optional(z.object(arms(z.number()))),
    errors: z.optional(z.object({ ...arms(z.number()), counted: z.enum(['episodes', 'requests']) })),
    latency: z.optional(z.object({ ...arms(taskValues), baselineIsFresh: z.boolean() })),
    metrics: z.optional(z.record(z.string(), z.object(arms(taskValues)))),
    exits: z.optional(z.object(arms(z.object({ taskSeconds: z.number(), failures: z.number() })))),
    verdict: z.enum(judgeVerdicts),
    /** It is worse when `e` reaches `threshold`. */
    measures: z.array(z.object({ of: z.string(), e: z.number(), threshold: z.number() })),
    bounds: z.array(boundView),
  }),
);

/** Intervals, newest first, and the verdict that all of them come to when they are weighed anew. */
export const evidencePage = shown(
  'EvidencePage',
  z.object({
    items: z.array(evidenceView),
    next: z.optional(z.string()),
    judgement: z.optional(judgementView),
    /** Whether the verdict that was stored is the same; missing where none was. */
    agrees: z.optional(z.boolean()),
    /** There is more evidence than was weighed here. */
    partial: z.optional(z.literal(true)),
  }),
);

export type DeploymentView = z.output<typeof deploymentView>;
export type CourseView = z.output<typeof courseView>;
export type JudgementView = z.output<typeof judgementView>;
export type EvidenceView = z.output<typeof evidenceView>;
export type EvidencePageView = z.output<typeof evidencePage>;
