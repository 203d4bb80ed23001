import * as z from 'zod/mini';
import { applicationVerdicts } from '../applications/model.ts';
import { verdicts } from '../deployments/model.ts';
import { jobVerdicts } from '../jobs/model.ts';
import { views } from './views.ts';

const moment = z.iso.datetime();

const partView = z.object({
  name: z.string(),
  /** Its name in ECS. */
  service: z.string(),
  needs: z.array(z.string()),
  state: z.enum(['waiting', 'deploying', ...verdicts]),
  /** Once it has begun. */
  deployment: z.optional(z.string()),
  reason: z.optional(z.string()),
  release: z.optional(z.int()),
  before: z.optional(z.int()),
  /** What became of it when the application went back. */
  back: z.optional(
    z.object({
      is: z.enum(['going', 'done', 'left', 'stays', 'failed']),
      to: z.optional(z.int()),
      deployment: z.optional(z.string()),
      why: z.optional(z.string()),
    }),
  ),
});

export const applicationView = z.object({
  id: z.string(),
  environment: z.string(),
  app: z.string(),
  phase: z.enum(['deploying', 'stopping', 'rolling_back', 'ended']),
  verdict: z.optional(z.enum(applicationVerdicts)),
  /** Why it ended as it did. */
  reason: z.optional(z.string()),
  /** What kept it from succeeding, and the service whose deployment that was. */
  cause: z.optional(z.object({ code: z.string(), text: z.string(), service: z.optional(z.string()) })),
  /** In the manifest's order. */
  services: z.array(partView),
  actor: z.string(),
  message: z.optional(z.string()),
  requestedAt: moment,
  deadline: z.optional(moment),
  endedAt: z.optional(moment),
});
views.add(applicationView, { id: 'Application' });

export const jobView = z.object({
  id: z.string(),
  name: z.string(),
  environment: z.string(),
  service: z.string(),
  command: z.array(z.string()),
  phase: z.enum(['requested', 'starting', 'seeking', 'running', 'ended']),
  verdict: z.optional(z.enum(jobVerdicts)),
  /** Why it ended as it did. */
  reason: z.optional(z.string()),
  task: z.optional(z.string()),
  exitCode: z.optional(z.int()),
  logTail: z.optional(z.array(z.string())),
  actor: z.string(),
  requestedAt: moment,
  /** When it is stopped. */
  deadline: moment,
  endedAt: z.optional(moment),
});
views.add(jobView, { id: 'Job' });

export type ApplicationView = z.output<typeof applicationView>;
export type JobView = z.output<typeof jobView>;
