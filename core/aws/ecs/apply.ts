import { createHash } from 'node:crypto';
import type { ECSClient, NetworkConfiguration, Service } from '@aws-sdk/client-ecs';
import { CreateServiceCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Environment } from '../../contract/environment.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { EffectContext } from '../../kernel/settle.ts';
import type { ServiceEffect, ServiceState, TargetGroups } from '../../services/model.ts';
import { type Balance, type Balanced, balanceOf, isBalanced } from './balance.ts';
import { deploymentConfiguration, isAlready, isGivenUp, isSame, primaryOf } from './configuration.ts';
import { orFinal } from './errors.ts';
import { refuseForeign } from './foreign.ts';
import { describeService } from './look.ts';
import { isInNetwork, networkWanted } from './network.ts';
import { comesBack } from './return.ts';

export interface ApplyDependencies {
  readonly ecs: ECSClient;
  readonly loadBalancer: ElasticLoadBalancingV2Client;
  readonly clock: Clock;
  environment(name: string): Environment;
}

/** One write to the service itself. */
export type Apply = Extract<ServiceEffect, { type: 'apply' }>;

export type Applied =
  | {
      readonly serviceArn: string;
      readonly ecsDeploymentId: string;
      /** By ECS's own clock, when that deployment began. */
      readonly ecsCreatedAtMs?: number;
      readonly targetGroups?: TargetGroups;
    }
  | { readonly overtaken: true };

/**
 * A read may lag behind Berth's last write for a minute, and show what was there before as if it were still; and the
 * clocks of who wrote and who reads may each be five off. To write what is there already changes nothing.
 */
const settleMs = 11 * 60_000;

/** Whether what is read can be older than what was written at `at`. */
export const isSettledSince = (at: number | undefined, { clock }: { readonly clock: Clock }) =>
  at === undefined || clock.now() - at > settleMs;

/**
 * Makes the ECS service what the target says. UpdateService has no token and no fence, so the newest generation
 * is read before anything is done and again right before the write: what lies between may take long. Nothing is
 * written where the service is already what it should be.
 */
export async function applyTarget(
  effect: Apply,
  context: EffectContext,
  deps: ApplyDependencies,
): Promise<Applied> {
  const { target, cluster, ecsName } = effect;
  const environment = deps.environment(effect.environment);
  const ask = async () => (await context.current())?.state as ServiceState | undefined;
  const isOvertaken = (state: ServiceState | undefined) => state?.target?.generation !== target.generation;
  const current = await ask();
  if (isOvertaken(current)) return { overtaken: true };
  return orFinal(async () => {
    const service = await describeService(deps.ecs, cluster, ecsName);
    if (service?.status === 'DRAINING') throw new Error(`${ecsName} is still draining`);
    if (service && !current?.applied) await refuseForeign(deps.ecs, effect);
    if (service && target.isReturn) {
      const back = await comesBack(service, effect, deps.ecs, {
        isOvertaken: async () => isOvertaken(await ask()),
        lastMs: current?.applied?.ecsCreatedAtMs,
      });
      if (back) return back === 'overtaken' ? { overtaken: true } : applied(back);
    }
    const balance = await balanceOf(service, ecsName, target, environment, deps);
    const isThere = (one: Service) =>
      isAlready(one, target) &&
      isBalanced(one, balance.balanced) &&
      isInNetwork(one, networkWanted(target, environment));
    const isSettled = isSettledSince(current?.applied?.at, deps);
    if (service && isSettled && isThere(service)) return applied(service, balance);
    if (isOvertaken(await ask())) return { overtaken: true };
    const { balanced } = balance;
    const written = service
      ? await update(effect, { service, isSettled }, balanced, environment, deps)
      : await create(effect, balanced, environment, context, deps);
    return applied(written, balance);
  });
}

function applied(service: Service, { targetGroups }: Partial<Balance> = {}): Applied {
  const primary = primaryOf(service);
  if (!service.serviceArn || !primary?.id) throw new Error('ECS answered without a primary deployment');
  return {
    serviceArn: service.serviceArn,
    ecsDeploymentId: primary.id,
    ...(primary.createdAt && { ecsCreatedAtMs: primary.createdAt.getTime() }),
    ...(targetGroups && { targetGroups }),
  };
}

/** The token is the intent's own: whoever repeats this intent creates nothing new. */
export const tokenOf = ({ id }: Pick<EffectContext, 'id'>) =>
  createHash('sha256').update(id).digest('hex').slice(0, 36);

export const networkOf = ({ subnets, securityGroups }: Environment): NetworkConfiguration => ({
  awsvpcConfiguration: {
    subnets: [...subnets],
    securityGroups: [...securityGroups],
    assignPublicIp: 'DISABLED',
  },
});

async function create(
  effect: Apply,
  balanced: Balanced,
  environment: Environment,
  context: EffectContext,
  deps: ApplyDependencies,
): Promise<Service> {
  const { target, cluster, ecsName } = effect;
  const answer = await deps.ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName: ecsName,
      clientToken: tokenOf(context),
      taskDefinition: target.release.taskDefinitionArn,
      desiredCount: target.count,
      launchType: 'FARGATE',
      deploymentConfiguration: deploymentConfiguration(target, environment, true),
      networkConfiguration: networkOf(environment),
      propagateTags: 'TASK_DEFINITION',
      tags: [{ key: 'berth:service', value: `${effect.environment}/${ecsName}` }],
      ...balanced,
    }),
  );
  if (!answer.service) throw new Error('CreateService answered without a service');
  // A service that was there all along is answered as if it had been created, whatever has become of it since.
  if (!isSame(answer.service, target)) throw new Error(`${ecsName} was there already, and is another one`);
  return answer.service;
}

/** What ECS has given up begins anew only where it is forced to. */
async function update(
  effect: Apply,
  { service, isSettled }: { readonly service: Service; readonly isSettled: boolean },
  balanced: Balanced,
  environment: Environment,
  deps: ApplyDependencies,
): Promise<Service> {
  const { target, cluster, ecsName } = effect;
  const network = networkWanted(target, environment);
  const isBehind = isBalanced(service, balanced);
  const request = new UpdateServiceCommand({
    cluster,
    service: ecsName,
    taskDefinition: target.release.taskDefinitionArn,
    desiredCount: target.count,
    deploymentConfiguration: deploymentConfiguration(target, environment, false),
    ...(!isBehind && balanced),
    ...(!isInNetwork(service, network) && { networkConfiguration: network }),
    ...(isGivenUp(service) && { forceNewDeployment: true }),
  });
  const answer = await deps.ecs.send(request).catch((error: Error) => {
    // What it stands behind was left out by a read that may be older than the last write: the next one shows it.
    const mayLag = isBehind && !isSettled && /load ?balancer/i.test(error.message);
    throw mayLag ? new Error(error.message) : error;
  });
  if (!answer.service) throw new Error('UpdateService answered without a service');
  return answer.service;
}
