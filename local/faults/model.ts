import { z } from 'zod';

/** What can go wrong on request, as it is asked for by `POST /_local/faults`. */

const text = z.string().min(1).max(300);
/** Three hundred seconds is what AWS's documentation names as the longest to wait for consistency. */
const longestLagSeconds = 300;
const dayS = 86_400;

/** Every fault ends: after so many strikes, after so much time of Local AWS's clock, or whichever comes first. */
const bounds = {
  count: z.number().int().min(1).max(1_000_000).optional(),
  forSeconds: z.number().positive().max(31_536_000).optional(),
  /** How likely it strikes what it could strike; 1 by default. */
  probability: z.number().min(0).max(1).optional(),
  /** The same seed gives the same strikes over the same things. */
  seed: z.number().int().min(0).max(4_294_967_295).optional(),
};

/** Of a task by id or ARN, a cluster by name or ARN, EventBridge's detail-type in full. */
const eventFilters = { detailType: text.optional(), cluster: text.optional(), task: text.optional() };
/** `service` as Local AWS names it (`ecs`, `sqs`, `events`, …), `action` as the API does. */
const callFilters = { service: text.optional(), action: text.optional(), cluster: text.optional() };
const taskFilters = { cluster: text.optional(), task: text.optional() };

const event = { ...bounds, ...eventFilters };
const call = { ...bounds, ...callFilters };

const kinds = [
  z.strictObject({ kind: z.literal('event-lost'), ...event }),
  z.strictObject({
    kind: z.literal('event-duplicated'),
    ...event,
    copies: z.number().int().min(1).max(20).optional(),
    /** The copies come within this time. */
    withinSeconds: z.number().min(0).max(dayS).optional(),
  }),
  z.strictObject({
    kind: z.literal('event-shuffled'),
    ...event,
    withinSeconds: z.number().positive().max(dayS),
  }),
  z.strictObject({
    kind: z.literal('event-delayed'),
    ...event,
    delaySeconds: z.number().positive().max(dayS),
  }),
  z.strictObject({
    kind: z.literal('throttled'),
    ...call,
    /** The three disguises in which throttling comes. */
    as: z.enum(['ThrottlingException', 'InvalidParameterException', 'ClientException']).optional(),
  }),
  /** The token buckets of ECS's API, for as long as it lasts. */
  z.strictObject({
    kind: z.literal('rate-limited'),
    ...call,
    scale: z.number().min(0.01).max(100).optional(),
  }),
  z.strictObject({ kind: z.literal('answer-lost'), ...call }),
  z.strictObject({
    kind: z.literal('server-error'),
    ...call,
    /** Whether the action has had its effect all the same. */
    when: z.enum(['before', 'after']),
    status: z.union([z.literal(500), z.literal(503)]).optional(),
  }),
  /** In real milliseconds: whoever waits for an answer does so by the time of the machine. */
  z.strictObject({ kind: z.literal('slow'), ...call, delayMs: z.number().int().min(1).max(60_000) }),
  z.strictObject({
    kind: z.literal('reads-lag'),
    ...bounds,
    cluster: text.optional(),
    lagSeconds: z.number().positive().max(longestLagSeconds),
  }),
  z.strictObject({
    kind: z.literal('spot-reclaimed'),
    ...bounds,
    ...taskFilters,
    noticeSeconds: z.number().min(0).max(120).optional(),
  }),
  z.strictObject({ kind: z.literal('zone-lost'), ...bounds, zone: text }),
  /** By the id or ARN of the container instance, or its EC2 instance's id. */
  z.strictObject({
    kind: z.literal('instance-lost'),
    ...bounds,
    cluster: text.optional(),
    instance: text,
  }),
] as const;

export const faultInput = z
  .discriminatedUnion('kind', kinds)
  .refine((fault) => fault.count !== undefined || fault.forSeconds !== undefined, {
    message: 'a fault needs an end: count, forSeconds or both',
  });

export type Fault = z.output<typeof faultInput>;
export type FaultKind = Fault['kind'];
export type FaultOf<Kind extends FaultKind> = Extract<Fault, { readonly kind: Kind }>;
/** As a caller writes it. */
export type FaultInput = z.input<typeof faultInput>;

/** A fault that was asked for; replaced with every strike. */
export interface ActiveFault<F extends Fault = Fault> {
  readonly id: string;
  readonly fault: F;
  readonly addedMs: number;
  /** How often it struck. */
  readonly strikes: number;
  /** Where its random numbers stand. */
  readonly random: number;
}

export const longestReadLagMs = longestLagSeconds * 1000;
