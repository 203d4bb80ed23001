import type { EcsContext } from '../context.ts';
import type { ServiceDeploymentRecord, ServiceRecord } from '../model.ts';
import type { ServiceSnapshot } from '../scheduler/decide.ts';
import { decideStrategy, type StrategyAction, type StrategyPlan } from './decide.ts';
import { changeHook, currentHooks } from './hooks.ts';
import { LambdaHooks } from './lambda-hooks.ts';
import { enterStage, lostRuleOf, shiftTraffic } from './rollout.ts';
import { trafficSteps } from './traffic.ts';

/** What the strategies alone do; tasks, ends and failures are the service scheduler's. */
export type RolloutAction = Extract<StrategyAction, { kind: 'enter' | 'shift' | 'invoke' | 'expire' }>;

/** Looks at and acts for deployments that are not rolling ones. */
export class StrategyRunner {
  readonly #context: EcsContext;
  readonly #lambdas: LambdaHooks;

  constructor(context: EcsContext, changed: (serviceKey: string) => void) {
    this.#context = context;
    this.#lambdas = new LambdaHooks(context, changed);
  }

  resume(): void {
    this.#lambdas.resume();
  }

  pause(): void {
    this.#lambdas.pause();
  }

  /** The service's next actions while its primary deployment goes through lifecycle stages; else undefined. */
  plan(service: ServiceRecord, snapshot: ServiceSnapshot): StrategyPlan | undefined {
    const record = this.#recordOf(service);
    const { rollout } = record ?? {};
    if (!record || !rollout || service.deployments[0]?.rolloutState === 'COMPLETED') return undefined;
    const idOf = (revision: string | undefined) =>
      service.deployments.find(({ revisionArn }) => revisionArn === revision)?.id;
    const green = this.#context.state.revisions.get(record.targetRevision);
    const lostRule = green && lostRuleOf(this.#context, green);
    return decideStrategy({
      service: snapshot,
      blueId: idOf(rollout.blueRevision),
      greenId: idOf(record.targetRevision),
      position: { stage: rollout.stage, step: rollout.step },
      enteredAt: rollout.enteredAt,
      isReturning: rollout.isReturning,
      steps: trafficSteps(record.configuration, rollout.blueRevision !== undefined),
      bakeMs: rollout.blueRevision === undefined ? 0 : (record.configuration.bakeTimeInMinutes ?? 0) * 60_000,
      ...(lostRule === undefined ? {} : { lostRule }),
      hooks: currentHooks(record).map((hook) => ({ ...hook, isRunning: this.#lambdas.isRunning(hook.id) })),
    });
  }

  /** True when something has changed, so that it is worth looking again. */
  apply(key: string, action: RolloutAction): boolean {
    const service = this.#context.state.services.get(key);
    const record = service && this.#recordOf(service);
    if (!service || !record?.rollout) return false;
    switch (action.kind) {
      case 'enter':
        enterStage(this.#context, service, record, action.position);
        return true;
      case 'shift':
        this.#shift(record, action);
        return false;
      case 'expire':
        changeHook(this.#context, record.arn, action.hookId, { status: 'TIMED_OUT' });
        return true;
      case 'invoke': {
        const hook = record.rollout.hooks.find(({ id }) => id === action.hookId);
        if (hook) this.#lambdas.invoke(record, hook);
        return false;
      }
    }
  }

  #shift(record: ServiceDeploymentRecord, shares: { production: number; test: number }): void {
    const { revisions } = this.#context.state;
    const green = revisions.get(record.targetRevision);
    if (green) shiftTraffic(this.#context, green, revisions.get(record.rollout?.blueRevision ?? ''), shares);
  }

  #recordOf(service: ServiceRecord): ServiceDeploymentRecord | undefined {
    return this.#context.state.serviceDeployments.get(service.deployments[0]?.serviceDeploymentArn ?? '');
  }
}
