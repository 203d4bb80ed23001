import type { DeploymentConfiguration, DeploymentLifecycleHook, LoadBalancer } from '@aws-sdk/client-ecs';
import { invalid, unsupported } from '../errors.ts';
import type { TrafficRules } from '../ports.ts';
import type { Wire } from '../wire.ts';

type Configuration = Wire<DeploymentConfiguration>;

const longestBakeMinutes = 1440;
const longestHookMinutes = 20_160;
const hooksOfAKind = 10;

/** What of the current configuration goes on to hold under another strategy. */
export function carriedOver(
  current: Configuration | undefined,
  given: Configuration | undefined,
): Configuration {
  if (!current || given?.strategy === undefined || given.strategy === current.strategy) return current ?? {};
  const { linearConfiguration: _linear, canaryConfiguration: _canary, ...rest } = current;
  if (given.strategy === 'ROLLING') {
    const { lifecycleHooks: _hooks, bakeTimeInMinutes: _bake, ...rolling } = rest;
    return rolling;
  }
  const { earlySuccessCriteria: _early, ...others } = rest;
  return others;
}

/** Fills in what ECS fills in for the strategy: `bakeTimeInMinutes` 0, steps of 10 % every 6 minutes, a canary of 5 %. */
export function withStrategyDefaults(configuration: Configuration): Configuration {
  const { strategy, linearConfiguration: linear, canaryConfiguration: canary } = configuration;
  return {
    bakeTimeInMinutes: 0,
    ...configuration,
    ...(strategy === 'LINEAR'
      ? { linearConfiguration: { stepPercent: 10, stepBakeTimeInMinutes: 6, ...linear } }
      : {}),
    ...(strategy === 'CANARY'
      ? { canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 10, ...canary } }
      : {}),
  };
}

/** Refuses, with InvalidParameterException, what does not fit the strategy or its limits. */
export function checkStrategyConfiguration(configuration: Configuration): void {
  const { strategy, bakeTimeInMinutes: bake = 0 } = configuration;
  if (bake < 0 || bake > longestBakeMinutes) {
    throw invalid(`bakeTimeInMinutes must be between 0 and ${longestBakeMinutes}.`);
  }
  checkLinear(configuration);
  checkCanary(configuration);
  checkHooks(configuration);
  checkAlarms(configuration);
  checkEarlySuccess(configuration);
  if (strategy === 'ROLLING' && configuration.lifecycleHooks?.length) {
    throw invalid('lifecycleHooks cannot be used with the ROLLING deployment strategy.');
  }
}

/** Only replicas under the ECS controller can be deployed otherwise than by a rolling update. */
export function checkStrategyFits(
  { strategy = 'ROLLING' }: Configuration,
  service: { readonly isDaemon: boolean; readonly isExternal: boolean },
): void {
  if (strategy === 'ROLLING') return;
  if (service.isExternal) {
    throw invalid(`The ${strategy} deployment strategy requires the ECS deployment controller.`);
  }
  if (service.isDaemon) {
    throw invalid(`The ${strategy} deployment strategy requires the REPLICA scheduling strategy.`);
  }
}

/** A service keeps the deployment controller that it was created with. */
export function checkController(wanted: string | undefined, isExternal: boolean): void {
  const current = isExternal ? 'EXTERNAL' : 'ECS';
  if (wanted === undefined || wanted === current) return;
  throw unsupported(`Local AWS does not change the deployment controller from ${current} to ${wanted}.`);
}

/** Every load balancer of a strategy that shifts traffic says where to; its rules must exist. */
export function checkAdvanced(
  rules: TrafficRules,
  strategy: string | undefined,
  loadBalancers: readonly Wire<LoadBalancer>[],
): void {
  for (const { targetGroupArn, advancedConfiguration } of loadBalancers) {
    if (!advancedConfiguration) {
      if (strategy === undefined || strategy === 'ROLLING') continue;
      throw invalid(
        'advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy.',
      );
    }
    const { alternateTargetGroupArn, productionListenerRule, testListenerRule, roleArn } =
      advancedConfiguration;
    if (!alternateTargetGroupArn)
      throw invalid('alternateTargetGroupArn is required in advancedConfiguration.');
    if (alternateTargetGroupArn === targetGroupArn) {
      throw invalid('alternateTargetGroupArn must be different from targetGroupArn.');
    }
    if (!productionListenerRule)
      throw invalid('productionListenerRule is required in advancedConfiguration.');
    if (!roleArn) throw invalid('roleArn is required in advancedConfiguration.');
    for (const rule of [productionListenerRule, testListenerRule]) {
      if (rule !== undefined && !rules.weights(rule)) {
        throw invalid(`The listener rule ${rule} does not exist or does not forward to target groups.`);
      }
    }
  }
}

function checkLinear({ strategy, linearConfiguration: linear }: Configuration): void {
  if (!linear) return;
  if (strategy !== 'LINEAR') throw invalid('linearConfiguration is only valid with the LINEAR strategy.');
  const { stepPercent = 10, stepBakeTimeInMinutes: bake = 6 } = linear;
  if (stepPercent < 3 || stepPercent > 100 || !isInTenths(stepPercent)) {
    throw invalid('stepPercent must be a multiple of 0.1 between 3.0 and 100.0.');
  }
  checkStepBake('stepBakeTimeInMinutes', bake);
}

function checkCanary({ strategy, canaryConfiguration: canary }: Configuration): void {
  if (!canary) return;
  if (strategy !== 'CANARY') throw invalid('canaryConfiguration is only valid with the CANARY strategy.');
  const { canaryPercent = 5, canaryBakeTimeInMinutes: bake = 10 } = canary;
  if (canaryPercent < 0.1 || canaryPercent > 100 || !isInTenths(canaryPercent)) {
    throw invalid('canaryPercent must be a multiple of 0.1 between 0.1 and 100.0.');
  }
  checkStepBake('canaryBakeTimeInMinutes', bake);
}

function checkStepBake(name: string, minutes: number): void {
  if (minutes < 0 || minutes > longestBakeMinutes) {
    throw invalid(`${name} must be between 0 and ${longestBakeMinutes}.`);
  }
}

function checkHooks({ lifecycleHooks = [] }: Configuration): void {
  for (const hook of lifecycleHooks) checkHook(hook);
  const pauses = lifecycleHooks.filter(({ targetType }) => targetType === 'PAUSE').length;
  if (pauses > hooksOfAKind || lifecycleHooks.length - pauses > hooksOfAKind) {
    throw invalid(`At most ${hooksOfAKind} lifecycle hooks of each target type can be specified.`);
  }
}

function checkHook(hook: Wire<DeploymentLifecycleHook>): void {
  const { targetType = 'AWS_LAMBDA', hookTargetArn, roleArn, lifecycleStages = [] } = hook;
  if (lifecycleStages.length === 0) throw invalid('lifecycleStages is required for a lifecycle hook.');
  if (targetType === 'PAUSE') {
    if (hookTargetArn !== undefined) throw invalid('hookTargetArn is not applicable for PAUSE hooks.');
    const shifting = lifecycleStages.find((stage) => /^(TEST|PRODUCTION)_TRAFFIC_SHIFT$/.test(stage));
    if (shifting) throw invalid(`PAUSE hooks cannot be configured at the ${shifting} stage.`);
  } else if (!hookTargetArn || !roleArn) {
    throw invalid('hookTargetArn and roleArn are required for AWS_LAMBDA lifecycle hooks.');
  }
  const minutes = hook.timeoutConfiguration?.timeoutInMinutes ?? longestBakeMinutes;
  const longest = targetType === 'PAUSE' ? longestHookMinutes : longestBakeMinutes;
  if (minutes < 1 || minutes > longest) throw invalid(`timeoutInMinutes must be between 1 and ${longest}.`);
}

function checkAlarms({ alarms }: Configuration): void {
  if (alarms?.enable && alarms.alarmNames?.length === 0) {
    throw invalid('alarmNames must not be empty when deployment alarms are enabled.');
  }
}

function checkEarlySuccess({
  strategy,
  earlySuccessCriteria,
  minimumHealthyPercent = 100,
}: Configuration): void {
  if (!earlySuccessCriteria?.enable) return;
  const { healthyPercent, sourceServiceRevisionCleanup } = earlySuccessCriteria;
  if (strategy !== 'ROLLING') {
    throw invalid('earlySuccessCriteria is only valid with the ROLLING deployment strategy.');
  }
  if (healthyPercent === undefined || sourceServiceRevisionCleanup === undefined) {
    throw invalid(
      'healthyPercent and sourceServiceRevisionCleanup are required when earlySuccessCriteria is enabled.',
    );
  }
  if (healthyPercent < 0 || healthyPercent > 100) throw invalid('healthyPercent must be between 0 and 100.');
  if (healthyPercent < minimumHealthyPercent) {
    throw invalid('healthyPercent must be greater than or equal to minimumHealthyPercent.');
  }
}

function isInTenths(percent: number): boolean {
  return Math.abs(percent * 10 - Math.round(percent * 10)) < 1e-9;
}
