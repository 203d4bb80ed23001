import { isObject } from '../../support/values.ts';
import type { EcsContext } from '../context.ts';
import type { ServiceDeploymentRecord } from '../model.ts';
import { changeHook } from './hooks.ts';
import type { HookRecord } from './record.ts';
import { sharesOf } from './rollout.ts';

const defaultDelaySeconds = 30;
const longestDelaySeconds = 24 * 60 * 60;

/** Calls the functions of hooks, each once at a time; after a kill one that was under way is called again. */
export class LambdaHooks {
  readonly #context: EcsContext;
  readonly #changed: (serviceKey: string) => void;
  readonly #running = new Set<string>();
  #isPaused = false;

  constructor(context: EcsContext, changed: (serviceKey: string) => void) {
    this.#context = context;
    this.#changed = changed;
  }

  /** Answers that come from now on are left to the engine that comes after. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  isRunning(hookId: string): boolean {
    return this.#running.has(hookId);
  }

  /** Calls the hook's function and stores what it says. */
  invoke(record: ServiceDeploymentRecord, hook: HookRecord): void {
    this.#running.add(hook.id);
    this.#context.journal.flush();
    this.#context.functions
      .invoke(hook.targetArn ?? '', this.#payload(record, hook))
      .then(readAnswer, () => ({ status: 'FAILED' }) as const)
      .then((answer) => {
        this.#running.delete(hook.id);
        if (!this.#isPaused) this.#store(record, hook, answer);
      });
  }

  #store(record: ServiceDeploymentRecord, hook: HookRecord, answer: Answer): void {
    const details = merged(hook.details, answer.details);
    const invokeAt = this.#context.clock.now() + (answer.delaySeconds ?? 0) * 1000;
    changeHook(this.#context, record.arn, hook.id, {
      status: answer.status,
      invokeAt,
      ...(details === undefined ? {} : { details }),
    });
    this.#changed(record.serviceKey);
  }

  /** Weights are told at the stages that shift, as ECS does; elsewhere they are empty. */
  #payload(record: ServiceDeploymentRecord, hook: HookRecord): unknown {
    const { production = 0, test = 0 } = sharesOf(record) ?? {};
    const isProduction =
      hook.stage === 'PRODUCTION_TRAFFIC_SHIFT' || hook.stage === 'PRE_PRODUCTION_TRAFFIC_SHIFT';
    return {
      executionId: this.#context.ids.uuid(),
      lifecycleStage: hook.stage,
      resourceArn: record.arn,
      executionDetails: {
        serviceArn: record.serviceArn,
        targetServiceRevisionArn: record.targetRevision,
        testTrafficWeights: hook.stage === 'TEST_TRAFFIC_SHIFT' ? weights(record, test) : {},
        productionTrafficWeights: isProduction ? weights(record, production) : {},
      },
      ...(hook.details === undefined ? {} : { hookDetails: hook.details }),
    };
  }
}

interface Answer {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'IN_PROGRESS';
  readonly delaySeconds?: number;
  readonly details?: unknown;
}

/** An answer without a `hookStatus` that ECS knows is a failure. */
function readAnswer(answer: unknown): Answer {
  const { hookStatus, callBackDelay, hookDetails } = isObject(answer) ? answer : {};
  if (hookStatus === 'SUCCEEDED') return { status: 'SUCCEEDED' };
  if (hookStatus !== 'IN_PROGRESS') return { status: 'FAILED' };
  const isDelay = typeof callBackDelay === 'number' && callBackDelay > 0;
  const delaySeconds = isDelay ? Math.min(callBackDelay, longestDelaySeconds) : defaultDelaySeconds;
  return { status: 'IN_PROGRESS', delaySeconds, details: hookDetails };
}

function merged(before: unknown, added: unknown): unknown {
  if (added === undefined) return before;
  return isObject(before) && isObject(added) ? { ...before, ...added } : added;
}

function weights({ targetRevision, rollout }: ServiceDeploymentRecord, greenPercent: number) {
  const blue = rollout?.blueRevision;
  return {
    [targetRevision]: greenPercent,
    ...(blue === undefined ? {} : { [blue]: Math.round((100 - greenPercent) * 10) / 10 }),
  };
}
