import type { ECSClient } from '@aws-sdk/client-ecs';
import { ContinueServiceDeploymentCommand } from '@aws-sdk/client-ecs';
import type { DeploymentEffect } from '../../deployments/model.ts';
import { isPassing, orFinal } from './errors.ts';

/** What ECS answers where the hook, its stage or the whole deployment is over: by us, or without us. */
const isOver = /^(?:ConflictException|InvalidParameterException|ServiceDeploymentNotFoundException)$/;

/** Answers a PAUSE hook. One that waits no longer needs no answer: `answered` is false then. */
export async function continueHook(
  { serviceDeploymentArn, hookId, action }: Extract<DeploymentEffect, { type: 'continue_hook' }>,
  ecs: ECSClient,
): Promise<{ readonly answered: boolean }> {
  return orFinal(async () => {
    try {
      await ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId, action }));
      return { answered: true };
    } catch (error) {
      if (isOver.test((error as Error).name) && !isPassing(error)) return { answered: false };
      throw error;
    }
  });
}
