import type { ECSClient } from '@aws-sdk/client-ecs';
import { DescribeTaskDefinitionCommand, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import type { Environment } from '../../contract/environment.ts';
import type { DeploymentEffect } from '../../deployments/model.ts';
import { FinalFailure } from '../../kernel/errors.ts';
import type { Clock, Store } from '../../kernel/ports.ts';
import { releaseRecord } from '../../services/records.ts';
import { orFinal } from './errors.ts';
import { contentTag, familyOf, taskDefinition } from './task-definition.ts';

interface Dependencies {
  readonly ecs: ECSClient;
  readonly store: Store;
  readonly clock: Clock;
  environment(name: string): Environment;
}

/**
 * Registers a release's task definition and keeps the release. RegisterTaskDefinition has no token, so the newest
 * revision of the family is looked at first: an answer that was lost is found there by its content.
 */
export async function registerRelease(
  { release, request }: Extract<DeploymentEffect, { type: 'register' }>,
  deps: Dependencies,
): Promise<{ taskDefinitionArn: string }> {
  const { what } = request;
  if (what.type !== 'content') throw new FinalFailure('NoContent', 'a roll-back has nothing to register');
  const environment = deps.environment(request.environment);
  const taskDefinitionArn = await orFinal(async () => {
    const there = await newestWith(deps.ecs, familyOf(request), release.hash);
    return there ?? (await register(deps.ecs, taskDefinition(request, what.spec, release, environment)));
  });
  const { spec, settings } = what;
  const body = {
    ...release,
    service: request.service,
    taskDefinitionArn,
    spec,
    settings,
    registeredAt: deps.clock.now(),
  };
  await deps.store.put(releaseRecord(body), 'absent');
  return { taskDefinitionArn };
}

async function newestWith(ecs: ECSClient, family: string, hash: string): Promise<string | undefined> {
  try {
    const answer = await ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: family, include: ['TAGS'] }),
    );
    const content = answer.tags?.find(({ key }) => key === contentTag)?.value;
    return content === hash ? answer.taskDefinition?.taskDefinitionArn : undefined;
  } catch (error) {
    // ECS answers so for a family that it has never seen.
    if (/Unable to describe task definition|not found/i.test((error as Error).message)) return undefined;
    throw error;
  }
}

async function register(ecs: ECSClient, input: ReturnType<typeof taskDefinition>): Promise<string> {
  const answer = await ecs.send(new RegisterTaskDefinitionCommand(input));
  const arn = answer.taskDefinition?.taskDefinitionArn;
  if (!arn) throw new Error('RegisterTaskDefinition answered without an ARN');
  return arn;
}
