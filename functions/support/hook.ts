import { setTimeout as waitByTimer } from 'node:timers/promises';
import * as z from 'zod/mini';
import { type HookAnswer, hookAnswer } from '../../core/deployments/course/hook.ts';
import type { DeploymentState, HookCall } from '../../core/deployments/model.ts';
import { deploymentRef } from '../../core/deployments/records.ts';
import type { Clock, Log } from '../../core/kernel/ports.ts';
import type { Engine } from '../../core/kernel/reconcile.ts';

/**
 * What ECS hands a lifecycle hook's function, as far as it is used. `hookDetails` are those of the service's
 * configuration, an object or the JSON of one.
 */
const payload = z.object({
  executionId: z.string().check(z.minLength(1), z.maxLength(200)),
  lifecycleStage: z.string().check(z.minLength(1), z.maxLength(100)),
  resourceArn: z.string().check(z.regex(/^arn:[^:]+:ecs:/), z.maxLength(2048)),
  hookDetails: z.pipe(
    z.transform(parsed),
    z.object({ deployment: z.string().check(z.regex(/^dep_\w{1,60}$/)) }),
  ),
});

function parsed(details: unknown): unknown {
  if (typeof details !== 'string') return details;
  try {
    return JSON.parse(details);
  } catch {
    return undefined;
  }
}

interface Dependencies {
  readonly engine: Pick<Engine, 'deliver'>;
  readonly clock: Clock;
  readonly log: Log;
  /** How long the table is waited for; less than the function's own time, for ECS goes back where that runs out. */
  readonly patienceMs?: number;
  /** The machine's own timers, unless told. */
  readonly wait?: (
    ms: number,
    value: undefined,
    options: { readonly signal: AbortSignal },
  ) => Promise<unknown>;
}

const patienceMs = 12_000;
const againSeconds = 10;

const askAgain: HookAnswer = { hookStatus: 'IN_PROGRESS', callBackDelay: againSeconds };
const goBack: HookAnswer = { hookStatus: 'FAILED' };

/**
 * Answers ECS whether a service deployment may go on: what was asked is delivered to the deployment, and its own
 * decision is the answer. Never throws, for ECS would go back: who cannot say now is asked again. What names no
 * deployment that there is, is told to go back: nobody watches it.
 */
export async function answerHook(event: unknown, deps: Dependencies): Promise<HookAnswer> {
  const read = payload.safeParse(event);
  if (!read.success) {
    deps.log.error('a lifecycle hook was called with what names no deployment', {
      issues: read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
    });
    return goBack;
  }
  const { executionId, lifecycleStage: stage, resourceArn, hookDetails } = read.data;
  const call: HookCall = { stage, serviceDeploymentArn: resourceArn, at: deps.clock.now() };
  const id = `hook/${executionId}/${stage}/${resourceArn}`;
  try {
    const state = await delivered(hookDetails.deployment, call, id, deps);
    if (state) return hookAnswer(state, heardBy(state, call));
    deps.log.error('a lifecycle hook asks for a deployment that is not there', { ...hookDetails, ...call });
    return goBack;
  } catch (error) {
    deps.log.warn('a lifecycle hook could not be answered now; it is asked again', {
      ...hookDetails,
      ...call,
      error: String(error),
    });
    return askAgain;
  }
}

async function delivered(
  deployment: string,
  call: HookCall,
  id: string,
  { engine, patienceMs: patience = patienceMs, wait = waitByTimer }: Dependencies,
): Promise<DeploymentState | undefined> {
  const ending = new AbortController();
  const late = wait(patience, undefined, { signal: ending.signal }).then(() => {
    throw new Error(`the deployment was not reached within ${patience} ms`);
  });
  late.catch(() => undefined);
  try {
    const item = await Promise.race([
      engine.deliver(deploymentRef(deployment), { type: 'hook', ...call }, id),
      late,
    ]);
    return item?.state as DeploymentState | undefined;
  } finally {
    ending.abort();
  }
}

/** What is told twice keeps the moment at which it was heard first, and so its answer. */
const heardBy = ({ hook }: DeploymentState, call: HookCall): HookCall =>
  hook?.stage === call.stage && hook.serviceDeploymentArn === call.serviceDeploymentArn ? hook : call;
