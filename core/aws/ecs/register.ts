import type { ECSClient } from '@aws-sdk/client-ecs';
import { DescribeTaskDefinitionCommand, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import type { Environment } from '../../contract/environment.ts';
import type { DeploymentEffect, DeploymentRequest, DeploymentState } from '../../deployments/model.ts';
import { FinalFailure } from '../../kernel/errors.ts';
import { refKey } from '../../kernel/plan.ts';
import type { Clock, Store } from '../../kernel/ports.ts';
import type { EffectContext } from '../../kernel/settle.ts';
import type { ReleaseRef } from '../../services/model.ts';
import { type ReleaseRecord, releaseRecord, releaseSort, serviceRef } from '../../services/records.ts';
import { orFinal } from './errors.ts';
import { contentTag, familyOf, taskDefinition } from './task-definition.ts';

interface Dependencies {
  readonly ecs: ECSClient;
  readonly store: Store;
  readonly clock: Clock;
  environment(name: string): Environment;
}

/**
 * Sees to it that a release has a task definition that ECS would run, and keeps the release. RegisterTaskDefinition
 * has no token, so the newest revision of the family is looked at first: an answer that was lost is found there by
 * its content. A known release whose task definition somebody deregistered is registered anew. It is not tried again
 * for a deployment that has ended meanwhile: ECS allows one registration a second, to all of them together.
 */
export async function registerRelease(
  { release, request }: Extract<DeploymentEffect, { type: 'register' }>,
  context: Pick<EffectContext, 'attempt' | 'current'>,
  deps: Dependencies,
): Promise<{ taskDefinitionArn: string } | { overtaken: true }> {
  if (context.attempt > 0 && !(await isWanted(context))) return { overtaken: true };
  const environment = deps.environment(request.environment);
  const known = release.taskDefinitionArn;
  if (known !== undefined && (await orFinal(() => isActive(deps.ecs, known))))
    return { taskDefinitionArn: known };
  const { spec, settings } = await contentOf(release, request, deps.store);
  const taskDefinitionArn = await orFinal(async () => {
    const there = await newestWith(deps.ecs, familyOf(request), release.hash);
    return there ?? (await register(deps.ecs, taskDefinition(request, spec, release, environment)));
  });
  const registeredAt = deps.clock.now();
  const record = { ...release, service: request.service, taskDefinitionArn, spec, settings, registeredAt };
  await deps.store.put(releaseRecord(record), 'absent');
  return { taskDefinitionArn };
}

async function isWanted({ current }: Pick<EffectContext, 'current'>): Promise<boolean> {
  const state = (await current())?.state as DeploymentState | undefined;
  return state?.at.phase === 'preparing';
}

/** A roll-back brings no content; the release's record has it. */
async function contentOf(
  { number }: ReleaseRef,
  { what, service }: DeploymentRequest,
  store: Store,
): Promise<Pick<ReleaseRecord, 'spec' | 'settings'>> {
  if (what.type === 'content') return what;
  const key = { partition: refKey(serviceRef(service)), sort: releaseSort(number) };
  const record = await store.get(key);
  const content = record?.body as ReleaseRecord | undefined;
  if (content && !content.partial) return content;
  throw new FinalFailure(
    'NoContent',
    `the task definition of v${number} was deregistered, and its content is not known; deploy it from its manifest`,
  );
}

async function isActive(ecs: ECSClient, taskDefinitionArn: string): Promise<boolean> {
  const found = await describe(ecs, taskDefinitionArn);
  return found?.taskDefinition?.status === 'ACTIVE';
}

async function newestWith(ecs: ECSClient, family: string, hash: string): Promise<string | undefined> {
  const found = await describe(ecs, family);
  const content = found?.tags?.find(({ key }) => key === contentTag)?.value;
  const { status, taskDefinitionArn } = found?.taskDefinition ?? {};
  return content === hash && status === 'ACTIVE' ? taskDefinitionArn : undefined;
}

async function describe(ecs: ECSClient, taskDefinition: string) {
  try {
    return await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition, include: ['TAGS'] }));
  } catch (error) {
    // ECS answers so for what it has never seen, or has forgotten.
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
