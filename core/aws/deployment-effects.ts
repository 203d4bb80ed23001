import type { ECSClient } from '@aws-sdk/client-ecs';
import type { Environment } from '../contract/environment.ts';
import type { DeploymentEffect } from '../deployments/model.ts';
import { evidenceRecord } from '../deployments/records.ts';
import type { Clock, Store } from '../kernel/ports.ts';
import type { EffectContext } from '../kernel/settle.ts';
import { continueHook } from './ecs/continue-hook.ts';
import { registerRelease } from './ecs/register.ts';
import { askWebhook } from './webhook.ts';

interface Dependencies {
  readonly ecs: ECSClient;
  readonly store: Store;
  readonly clock: Clock;
  environment(name: string): Environment;
}

/** Performs what a deployment decided to do, idempotently. */
export async function performForDeployment(
  effect: DeploymentEffect,
  context: EffectContext,
  deps: Dependencies,
): Promise<unknown> {
  switch (effect.type) {
    case 'register':
      return registerRelease(effect, context, deps);
    case 'keep_evidence':
      await Promise.all(
        effect.evidence.map((one) => deps.store.put(evidenceRecord(effect.deployment, one), 'absent')),
      );
      return {};
    case 'ask_webhook':
      return askWebhook(effect, context, deps);
    case 'continue_hook':
      return continueHook(effect, deps.ecs);
  }
}
