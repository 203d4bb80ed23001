import type { Service } from '@aws-sdk/client-ecs';
import { CreateServiceCommand, DeleteServiceCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import type { EffectContext } from '../../kernel/settle.ts';
import type { ServiceEffect, ServiceState } from '../../services/model.ts';
import { siblingName } from '../../services/records.ts';
import { type ApplyDependencies, isSettledSince, networkOf, tokenOf } from './apply.ts';
import { type Balanced, balanceOfSibling, isBalanced } from './balance.ts';
import { isGivenUp, primaryOf } from './configuration.ts';
import { orFinal } from './errors.ts';
import { describeService } from './look.ts';

type ApplySibling = Extract<ServiceEffect, { type: 'apply_sibling' }>;
type Wanted = NonNullable<ApplySibling['wanted']>;

type Result = { readonly ecsDeploymentId?: string } | { readonly overtaken: true };

/** Nobody depends on a sibling, so it may be replaced at once; and whoever watches it takes it away. */
const configuration = {
  strategy: 'ROLLING',
  minimumHealthyPercent: 0,
  maximumPercent: 200,
  deploymentCircuitBreaker: { enable: false, rollback: false },
} as const;

/**
 * Makes a service beside the service what it should be, or removes it; fenced like `applyTarget`. To remove what is
 * not there, or is on its way out, is done.
 */
export async function applySibling(
  effect: ApplySibling,
  context: EffectContext,
  deps: ApplyDependencies,
): Promise<Result> {
  const { role, generation, wanted } = effect;
  const ask = async () => ((await context.current())?.state as ServiceState | undefined)?.siblings?.[role];
  const current = await ask();
  const isOvertaken = async () => (await ask())?.generation !== generation;
  if (current?.generation !== generation) return { overtaken: true };
  return orFinal(async () => {
    if (!wanted) return remove(effect, deps);
    const name = siblingName(effect.ecsName, role);
    const service = await describeService(deps.ecs, effect.cluster, name);
    if (service?.status === 'DRAINING') throw new Error(`${name} is still draining`);
    const balanced = await balancedAs(effect, wanted, deps);
    const isSettled = isSettledSince(current.appliedAt, deps);
    if (service && isSettled && isAlready(service, wanted) && isBalanced(service, balanced))
      return idOf(service);
    if (await isOvertaken()) return { overtaken: true };
    return idOf(
      service
        ? await update(effect, wanted, service, balanced, deps)
        : await create(effect, wanted, balanced, context, deps),
    );
  });
}

/** A baseline has its share of the old release's traffic; a canary of a balanced service is a matter of ECS's own. */
async function balancedAs(
  { role, cluster, ecsName, environment }: ApplySibling,
  { aim }: Wanted,
  deps: ApplyDependencies,
): Promise<Balanced> {
  const isBehind = role === 'baseline' && aim.port !== undefined && aim.settings.listen !== undefined;
  if (!isBehind) return { loadBalancers: [] };
  const main = await describeService(deps.ecs, cluster, ecsName);
  return balanceOfSibling(main, ecsName, aim, deps.environment(environment), deps);
}

const isAlready = (service: Service, { aim, count }: Wanted) =>
  !isGivenUp(service) &&
  service.taskDefinition === aim.release.taskDefinitionArn &&
  primaryOf(service)?.taskDefinition === aim.release.taskDefinitionArn &&
  service.desiredCount === count;

function idOf(service: Service | undefined): Result {
  const id = service && primaryOf(service)?.id;
  if (!id) throw new Error('ECS answered without a primary deployment');
  return { ecsDeploymentId: id };
}

async function create(
  { cluster, ecsName, environment: name, role }: ApplySibling,
  { aim, count }: Wanted,
  balanced: Balanced,
  context: EffectContext,
  { ecs, environment }: ApplyDependencies,
): Promise<Service | undefined> {
  const answer = await ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName: siblingName(ecsName, role),
      clientToken: tokenOf(context),
      taskDefinition: aim.release.taskDefinitionArn,
      desiredCount: count,
      launchType: 'FARGATE',
      deploymentConfiguration: configuration,
      networkConfiguration: networkOf(environment(name)),
      propagateTags: 'TASK_DEFINITION',
      tags: [
        { key: 'berth:service', value: `${name}/${ecsName}` },
        { key: 'berth:sibling', value: role },
      ],
      ...balanced,
    }),
  );
  return answer.service;
}

async function update(
  { cluster, ecsName, role }: ApplySibling,
  { aim, count }: Wanted,
  service: Service,
  balanced: Balanced,
  { ecs }: ApplyDependencies,
): Promise<Service | undefined> {
  const request = new UpdateServiceCommand({
    cluster,
    service: siblingName(ecsName, role),
    taskDefinition: aim.release.taskDefinitionArn,
    desiredCount: count,
    deploymentConfiguration: configuration,
    ...(!isBalanced(service, balanced) && balanced),
    ...(isGivenUp(service) && { forceNewDeployment: true }),
  });
  const answer = await ecs.send(request).catch((error: Error) => {
    // It was read before it was removed; once that is seen it is made anew.
    throw /^ServiceNot(?:Found|Active)Exception$/.test(error.name) ? new Error(error.message) : error;
  });
  return answer.service;
}

/** Without a look before: it might not show yet what was created a moment ago. */
async function remove({ cluster, ecsName, role }: ApplySibling, { ecs }: ApplyDependencies): Promise<Result> {
  try {
    await ecs.send(new DeleteServiceCommand({ cluster, service: siblingName(ecsName, role), force: true }));
  } catch (error) {
    if (!/^ServiceNot(?:Found|Active)Exception$/.test((error as Error).name)) throw error;
  }
  return {};
}
