import type { AdvancedConfiguration, ECSClient, LoadBalancer, Service } from '@aws-sdk/client-ecs';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Environment } from '../../contract/environment.ts';
import { containerName } from '../../contract/logging.ts';
import { FinalFailure } from '../../kernel/errors.ts';
import type { Aim, FoundSettings, Target, TargetGroups } from '../../services/model.ts';
import { checkAs } from '../load-balancer/health.ts';
import { ensureTargetGroups, type Groups } from '../load-balancer.ts';
import { isShifting, primaryOf, shiftOf } from './configuration.ts';
import { currentDeploymentOf, isMoving, isRollingBack } from './service-deployments.ts';

/** Behind which target groups the service stands; an empty list takes it from behind those it had. */
export interface Balanced {
  readonly loadBalancers: LoadBalancer[];
  readonly healthCheckGracePeriodSeconds?: number;
}

export interface Balance {
  readonly balanced: Balanced;
  /** Where traffic will be shifted, from what has it now. */
  readonly targetGroups?: TargetGroups;
}

interface Dependencies {
  readonly ecs: ECSClient;
  readonly loadBalancer: ElasticLoadBalancingV2Client;
}

/** Sees to the target groups and the listener, which are no part of the ECS service: at every write. */
export async function balanceOf(
  service: Service | undefined,
  ecsName: string,
  target: Target,
  environment: Environment,
  deps: Dependencies,
): Promise<Balance> {
  const { found } = target.settings;
  if (found) return { balanced: asFound(found) };
  const shifts = isShifting(shiftOf(target));
  const groups = await ensureTargetGroups(deps.loadBalancer, environment, ecsName, target, shifts);
  if (!groups || target.port === undefined) {
    if (shifts) throw noLoadBalancer(environment, target);
    return { balanced: { loadBalancers: [] } };
  }
  const serving = await servingGroup(service, groups, deps.ecs);
  const other = serving === groups.main ? groups.alternate : groups.main;
  const joined = shifts && service && other !== undefined ? other : serving;
  await checkAs(deps.loadBalancer, joined, groups.known, target.health);
  const advanced = shifts ? advancedOf(groups, other, environment) : undefined;
  return {
    balanced: behind(serving, target, advanced),
    ...(shifts && service && other !== undefined && { targetGroups: { old: serving, new: other } }),
  };
}

/** A release that was taken over stays behind what it was found behind. */
const asFound = ({ loadBalancers, graceSeconds }: FoundSettings): Balanced => ({
  loadBalancers: loadBalancers.map((one) => ({ ...one })),
  ...(loadBalancers.length > 0 &&
    graceSeconds !== undefined && { healthCheckGracePeriodSeconds: graceSeconds }),
});

/** The group that has the service's traffic, for a sibling that takes its share of it; undefined: there is none. */
export async function balanceOfSibling(
  service: Service | undefined,
  ecsName: string,
  aim: Aim,
  environment: Environment,
  deps: Dependencies,
): Promise<Balanced> {
  const { port, settings } = aim;
  const groups = await ensureTargetGroups(
    deps.loadBalancer,
    environment,
    ecsName,
    aim,
    isShifting(settings.shift ?? { strategy: 'ROLLING' }),
  );
  if (!groups || port === undefined) return { loadBalancers: [] };
  return behind(await servingGroup(service, groups, deps.ecs), aim, undefined);
}

function behind(
  targetGroupArn: string,
  { port, health }: Pick<Aim, 'port' | 'health'>,
  advancedConfiguration: AdvancedConfiguration | undefined,
): Balanced {
  return {
    loadBalancers: [
      {
        targetGroupArn,
        containerName,
        containerPort: port,
        ...(advancedConfiguration && { advancedConfiguration }),
      },
    ],
    healthCheckGracePeriodSeconds: health?.graceSeconds ?? 60,
  };
}

function advancedOf(
  { ruleArn }: Groups,
  alternateTargetGroupArn: string | undefined,
  { ecsInfrastructureRoleArn: roleArn, name }: Environment,
): AdvancedConfiguration {
  if (!roleArn)
    throw new FinalFailure(
      'NoInfrastructureRole',
      `the environment ${name} has no \`ecsInfrastructureRoleArn\`, by which ECS shifts traffic`,
    );
  return { alternateTargetGroupArn, productionListenerRule: ruleArn, roleArn };
}

const noLoadBalancer = ({ name }: Environment, { settings }: Target) =>
  new FinalFailure(
    'NoLoadBalancer',
    `${settings.shift?.strategy} shifts traffic, but the environment ${name} has no load balancer, or the service does not \`listen\` on it`,
  );

/**
 * The group of the release that serves. While ECS shifts, the listener does not tell: the group of the release that
 * is brought up may have all the traffic, and is still the one that would be given up. Once ECS cleans up there is
 * no way back for it.
 */
async function servingGroup(service: Service | undefined, groups: Groups, ecs: ECSClient): Promise<string> {
  const { main, alternate, inUse } = groups;
  if (!service || alternate === undefined || !mayShift(service)) return inUse;
  const current = await currentDeploymentOf(ecs, service);
  const brought = current?.target?.targetGroupArn;
  if (!current || (brought !== main && brought !== alternate)) return inUse;
  if (!isMoving(current) && !isRollingBack(current)) return inUse;
  if (current.lifecycleStage === 'CLEAN_UP' && isMoving(current)) return brought;
  return brought === main ? alternate : main;
}

const mayShift = (service: Service) =>
  (service.deploymentConfiguration?.strategy ?? 'ROLLING') !== 'ROLLING' &&
  primaryOf(service)?.rolloutState === 'IN_PROGRESS' &&
  (service.deployments?.length ?? 0) > 1;

/** ECS has the two groups of a pair change places; which of them stands first means nothing. */
export function isBalanced(service: Service, balanced: Balanced): boolean {
  const [wanted] = balanced.loadBalancers;
  const [there, ...others] = service.loadBalancers ?? [];
  return (
    others.length === 0 &&
    isSameWay(there, wanted) &&
    (!wanted || service.healthCheckGracePeriodSeconds === balanced.healthCheckGracePeriodSeconds)
  );
}

function isSameWay(there: LoadBalancer | undefined, wanted: LoadBalancer | undefined): boolean {
  const { advancedConfiguration: is } = there ?? {};
  const { advancedConfiguration: should } = wanted ?? {};
  return (
    groupsOf(there).join() === groupsOf(wanted).join() &&
    there?.containerName === wanted?.containerName &&
    there?.containerPort === wanted?.containerPort &&
    is?.productionListenerRule === should?.productionListenerRule &&
    is?.roleArn === should?.roleArn
  );
}

const groupsOf = (one: LoadBalancer | undefined) =>
  [one?.targetGroupArn, one?.advancedConfiguration?.alternateTargetGroupArn]
    .flatMap((arn) => arn ?? [])
    .sort();
