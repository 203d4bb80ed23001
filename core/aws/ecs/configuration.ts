import type { DeploymentConfiguration, DeploymentLifecycleHook, Service } from '@aws-sdk/client-ecs';
import type { Environment } from '../../contract/environment.ts';
import { FinalFailure } from '../../kernel/errors.ts';
import type { ServiceSettings, Target, TrafficShift } from '../../services/model.ts';

const rolling: TrafficShift = { strategy: 'ROLLING' };

/** How ECS is to move the service: back goes by no steps and asks nobody. */
export function shiftOf({ settings, isReturn }: Pick<Target, 'settings' | 'isReturn'>): TrafficShift {
  const { shift = rolling } = settings;
  return isReturn && isShifting(shift) ? { strategy: 'BLUE_GREEN' } : shift;
}

export const isShifting = ({ strategy }: TrafficShift) => strategy !== 'ROLLING';

/**
 * What ECS is told of how to deploy. All waiting is left to the hooks, so bake times are none. ECS's own breaker
 * rolls back too: while Berth is away, the service still returns to what worked. `isFirst`: there is nothing yet to
 * compare the release with, and nobody to ask.
 */
export function deploymentConfiguration(
  target: Pick<Target, 'settings' | 'isReturn'>,
  environment: Environment,
  isFirst: boolean,
): DeploymentConfiguration {
  const shift = shiftOf(target);
  const { strategy } = shift;
  const configuration = { ...boundsOf(target.settings), strategy };
  if (!isShifting(shift)) return configuration;
  return {
    ...configuration,
    bakeTimeInMinutes: 0,
    ...stepsOf(shift),
    lifecycleHooks: isFirst ? [] : hooksOf(shift, environment),
  };
}

/** Within which bounds ECS replaces tasks, and whether it gives up by itself. */
export const boundsOf = ({ minimumHealthyPercent, maximumPercent, circuitBreaker }: ServiceSettings) => ({
  minimumHealthyPercent,
  maximumPercent,
  deploymentCircuitBreaker: { enable: circuitBreaker, rollback: circuitBreaker },
});

function stepsOf(shift: TrafficShift): DeploymentConfiguration {
  if (shift.strategy === 'LINEAR')
    return { linearConfiguration: { stepPercent: shift.stepPercent, stepBakeTimeInMinutes: 0 } };
  if (shift.strategy === 'CANARY')
    return { canaryConfiguration: { canaryPercent: shift.canaryPercent, canaryBakeTimeInMinutes: 0 } };
  return {};
}

/** The deployment has its own deadline; ECS's must not come before it. */
const pauseMinutes = 20_160;

function hooksOf({ hook, pause }: TrafficShift, environment: Environment): DeploymentLifecycleHook[] {
  const paused: DeploymentLifecycleHook = {
    targetType: 'PAUSE',
    lifecycleStages: ['POST_SCALE_UP'],
    timeoutConfiguration: { timeoutInMinutes: pauseMinutes, action: 'ROLLBACK' },
  };
  return [...(hook === undefined ? [] : [asking(hook, environment)]), ...(pause ? [paused] : [])];
}

function asking(deployment: string, environment: Environment): DeploymentLifecycleHook {
  const { hookFunctionArn, hookRoleArn, name } = environment;
  if (!hookFunctionArn || !hookRoleArn)
    throw new FinalFailure(
      'NoHook',
      `the environment ${name} has no \`hookFunctionArn\` and \`hookRoleArn\`, by which ECS asks before it shifts traffic`,
    );
  return {
    hookTargetArn: hookFunctionArn,
    roleArn: hookRoleArn,
    lifecycleStages: ['PRE_PRODUCTION_TRAFFIC_SHIFT', 'POST_PRODUCTION_TRAFFIC_SHIFT'],
    hookDetails: { deployment },
  };
}

export const primaryOf = ({ deployments }: Pick<Service, 'deployments'>) =>
  deployments?.find(({ status }) => status === 'PRIMARY');

/** A deployment that ECS has given up is not what it should be: ECS starts no more tasks for it. */
export const isGivenUp = (service: Service) => primaryOf(service)?.rolloutState === 'FAILED';

/** What runs, how much of it, and how it would be moved; hooks aside, for they name a deployment. */
export function isSame(service: Service, target: Target): boolean {
  const { deploymentConfiguration: is, taskDefinition, desiredCount } = service;
  const should = boundsOf(target.settings);
  return (
    !isGivenUp(service) &&
    taskDefinition === target.release.taskDefinitionArn &&
    primaryOf(service)?.taskDefinition === target.release.taskDefinitionArn &&
    desiredCount === target.count &&
    (is?.strategy ?? 'ROLLING') === shiftOf(target).strategy &&
    is?.minimumHealthyPercent === should.minimumHealthyPercent &&
    is.maximumPercent === should.maximumPercent &&
    (is.deploymentCircuitBreaker?.enable ?? false) === should.deploymentCircuitBreaker.enable
  );
}

/**
 * Whether nothing is left to write. A shift that is under way is only the one that is wanted where it asks the very
 * deployment, in the same steps.
 */
export function isAlready(service: Service, target: Target): boolean {
  const shift = shiftOf(target);
  return (
    isSame(service, target) && (!isShifting(shift) || !isUnderWay(service) || isAsWanted(service, shift))
  );
}

/** One release takes another's place just now. */
const isUnderWay = (service: Service) =>
  primaryOf(service)?.rolloutState === 'IN_PROGRESS' && (service.deployments?.length ?? 0) > 1;

function isAsWanted({ deploymentConfiguration: is }: Service, shift: TrafficShift): boolean {
  const asked = (is?.lifecycleHooks ?? []).flatMap(({ hookDetails }) => deploymentIn(hookDetails) ?? []);
  const steps = stepsOf(shift);
  return (
    asked[0] === shift.hook &&
    is?.canaryConfiguration?.canaryPercent === steps.canaryConfiguration?.canaryPercent &&
    is?.linearConfiguration?.stepPercent === steps.linearConfiguration?.stepPercent
  );
}

const deploymentIn = (details: unknown) =>
  typeof details === 'object' && details !== null && 'deployment' in details ? details.deployment : undefined;
