import { createHash } from 'node:crypto';
import type { ECSClient, Service } from '@aws-sdk/client-ecs';
import { CreateServiceCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Environment } from '../../contract/environment.ts';
import { containerName } from '../../contract/logging.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { EffectContext } from '../../kernel/settle.ts';
import type { ServiceEffect, ServiceState, Target } from '../../services/model.ts';
import { ensureTargetGroup } from '../load-balancer.ts';
import { orFinal } from './errors.ts';
import { describeService } from './look.ts';

interface Dependencies {
  readonly ecs: ECSClient;
  readonly loadBalancer: ElasticLoadBalancingV2Client;
  readonly clock: Clock;
  environment(name: string): Environment;
}

type Result =
  | {
      readonly serviceArn: string;
      readonly ecsDeploymentId: string;
      /** By ECS's own clock, when that deployment began. */
      readonly ecsCreatedAtMs?: number;
    }
  | { readonly overtaken: true };

/**
 * A read may lag behind Berth's last write for a minute, and show what was there before as if it were still; and the
 * clocks of who wrote and who reads may each be five off. To write what is there already changes nothing.
 */
const settleMs = 11 * 60_000;

/**
 * Makes the ECS service what the target says. UpdateService has no token and no fence, so the newest generation
 * is read before anything is done and again right before the write: what lies between may take long. Nothing is
 * written where the service is already what it should be.
 */
export async function applyTarget(
  effect: ServiceEffect,
  context: EffectContext,
  deps: Dependencies,
): Promise<Result> {
  const { target, cluster, ecsName } = effect;
  const ask = async () => (await context.current())?.state as ServiceState | undefined;
  const isOvertaken = (state: ServiceState | undefined) => state?.target?.generation !== target.generation;
  const current = await ask();
  if (isOvertaken(current)) return { overtaken: true };
  const appliedAt = current?.applied?.at;
  const isSettled = appliedAt === undefined || deps.clock.now() - appliedAt > settleMs;
  return orFinal(async () => {
    const service = await describeService(deps.ecs, cluster, ecsName);
    if (service?.status === 'DRAINING') throw new Error(`${ecsName} is still draining`);
    const balanced = await balancing(effect, deps.environment(effect.environment), deps);
    if (service && isSettled && isAlready(service, target) && isBalanced(service, balanced))
      return primaryOf(service);
    if (isOvertaken(await ask())) return { overtaken: true };
    return primaryOf(
      service ? await update(effect, service, balanced, deps) : await create(effect, balanced, context, deps),
    );
  });
}

/** A deployment that ECS has given up is not what it should be: ECS starts no more tasks for it. */
function isAlready(service: Service, { release, count, settings }: Target): boolean {
  const { deploymentConfiguration: is } = service;
  const should = rollingConfiguration(settings);
  return (
    !isGivenUp(service) &&
    service.taskDefinition === release.taskDefinitionArn &&
    primaryDeployment(service)?.taskDefinition === release.taskDefinitionArn &&
    service.desiredCount === count &&
    is?.minimumHealthyPercent === should.minimumHealthyPercent &&
    is.maximumPercent === should.maximumPercent &&
    (is.deploymentCircuitBreaker?.enable ?? false) === should.deploymentCircuitBreaker.enable
  );
}

const primaryDeployment = ({ deployments }: Service) =>
  deployments?.find(({ status }) => status === 'PRIMARY');

const isGivenUp = (service: Service) => primaryDeployment(service)?.rolloutState === 'FAILED';

function isBalanced(service: Service, balanced: Balanced): boolean {
  const [wanted] = balanced.loadBalancers;
  const [there, ...others] = service.loadBalancers ?? [];
  return (
    others.length === 0 &&
    there?.targetGroupArn === wanted?.targetGroupArn &&
    there?.containerPort === wanted?.containerPort &&
    (!wanted || service.healthCheckGracePeriodSeconds === balanced.healthCheckGracePeriodSeconds)
  );
}

function primaryOf(service: Service): Result {
  const primary = primaryDeployment(service);
  if (!service.serviceArn || !primary?.id) throw new Error('ECS answered without a primary deployment');
  return {
    serviceArn: service.serviceArn,
    ecsDeploymentId: primary.id,
    ...(primary.createdAt && { ecsCreatedAtMs: primary.createdAt.getTime() }),
  };
}

/** The token is the intent's own: whoever repeats this intent creates nothing new. */
async function create(
  effect: ServiceEffect,
  balanced: Balanced,
  context: EffectContext,
  deps: Dependencies,
): Promise<Service> {
  const { target, cluster, ecsName } = effect;
  const environment = deps.environment(effect.environment);
  const answer = await deps.ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName: ecsName,
      clientToken: createHash('sha256').update(context.id).digest('hex').slice(0, 36),
      taskDefinition: target.release.taskDefinitionArn,
      desiredCount: target.count,
      launchType: 'FARGATE',
      deploymentConfiguration: rollingConfiguration(target.settings),
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: [...environment.subnets],
          securityGroups: [...environment.securityGroups],
          assignPublicIp: 'DISABLED',
        },
      },
      propagateTags: 'TASK_DEFINITION',
      tags: [{ key: 'berth:service', value: `${effect.environment}/${ecsName}` }],
      ...balanced,
    }),
  );
  if (!answer.service) throw new Error('CreateService answered without a service');
  // A service that was there all along is answered as if it had been created, whatever has become of it since.
  if (!isAlready(answer.service, target)) throw new Error(`${ecsName} was there already, and is another one`);
  return answer.service;
}

/** What ECS has given up begins anew only where it is forced to. */
async function update(
  effect: ServiceEffect,
  service: Service,
  balanced: Balanced,
  deps: Dependencies,
): Promise<Service> {
  const { target, cluster, ecsName } = effect;
  const answer = await deps.ecs.send(
    new UpdateServiceCommand({
      cluster,
      service: ecsName,
      taskDefinition: target.release.taskDefinitionArn,
      desiredCount: target.count,
      deploymentConfiguration: rollingConfiguration(target.settings),
      ...(!isBalanced(service, balanced) && balanced),
      ...(isGivenUp(service) && { forceNewDeployment: true }),
    }),
  );
  if (!answer.service) throw new Error('UpdateService answered without a service');
  return answer.service;
}

/** Behind which target group the service stands; an empty list takes it from behind the one it had. */
interface Balanced {
  readonly loadBalancers: { targetGroupArn: string; containerName: string; containerPort: number }[];
  readonly healthCheckGracePeriodSeconds?: number;
}

/** Sees to the target group and the listener, which are no part of the ECS service: at every write. */
async function balancing(
  effect: ServiceEffect,
  environment: Environment,
  deps: Dependencies,
): Promise<Balanced> {
  const { target, ecsName } = effect;
  const targetGroupArn = await ensureTargetGroup(deps.loadBalancer, environment, ecsName, target);
  if (!targetGroupArn || target.port === undefined) return { loadBalancers: [] };
  return {
    loadBalancers: [{ targetGroupArn, containerName, containerPort: target.port }],
    healthCheckGracePeriodSeconds: target.health?.graceSeconds ?? 60,
  };
}

/** ECS's own breaker rolls back too: while Berth is away, the service still returns to what worked. */
function rollingConfiguration({ minimumHealthyPercent, maximumPercent, circuitBreaker }: Target['settings']) {
  return {
    minimumHealthyPercent,
    maximumPercent,
    deploymentCircuitBreaker: { enable: circuitBreaker, rollback: circuitBreaker },
  };
}
