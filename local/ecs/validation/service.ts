import type { CreateServiceRequest, DeploymentConfiguration, LoadBalancer } from '@aws-sdk/client-ecs';
import type { TargetGroups } from '../../loadbalancer/targets.ts';
import { invalid, unsupported } from '../errors.ts';
import type { DefinitionRecord } from '../model.ts';
import type { Wire } from '../wire.ts';
import { carriedOver, checkStrategyConfiguration, withStrategyDefaults } from './strategy.ts';

const desiredCeiling = 5000;

/** The members of CreateService and UpdateService that Local AWS does not have, refused rather than ignored. */
export function refuseUnsupported(request: Partial<Wire<CreateServiceRequest>>): void {
  const controller = request.deploymentController?.type;
  if (controller === 'CODE_DEPLOY') {
    throw unsupported('Local AWS has the deployment controllers ECS and EXTERNAL, not CODE_DEPLOY.');
  }
  const uses = [
    ['volumeConfigurations', request.volumeConfigurations?.length],
    ['vpcLatticeConfigurations', request.vpcLatticeConfigurations?.length],
    ['gatewayConnectors', request.gatewayConnectors?.length],
  ] as const;
  const used = uses.find(([, value]) => value);
  if (used) throw unsupported(`Local AWS does not have ${used[0]}.`);
}

export function checkDesiredCount(desiredCount: number | undefined): number {
  if (desiredCount === undefined) {
    throw invalid('desiredCount must be specified with the REPLICA scheduling strategy.');
  }
  if (desiredCount < 0 || desiredCount > desiredCeiling) {
    throw invalid(`desiredCount must be between 0 and ${desiredCeiling}.`);
  }
  return desiredCount;
}

export function checkGrace(graceSeconds: number | undefined): void {
  if (graceSeconds !== undefined && (graceSeconds < 0 || graceSeconds > 2_147_483_647)) {
    throw invalid('healthCheckGracePeriodSeconds must be between 0 and 2147483647.');
  }
}

/** Fills in ECS's defaults (100/200, no circuit breaker, ROLLING) and refuses what can never make progress. */
export function acceptConfiguration(
  given: Wire<DeploymentConfiguration> | undefined,
  current?: Wire<DeploymentConfiguration>,
): Wire<DeploymentConfiguration> {
  const configuration = {
    maximumPercent: 200,
    minimumHealthyPercent: 100,
    deploymentCircuitBreaker: { enable: false, rollback: false },
    strategy: 'ROLLING',
    ...carriedOver(current, given),
    ...given,
  };
  const { minimumHealthyPercent: minimum = 100, maximumPercent: maximum = 200 } = configuration;
  if (minimum < 0 || minimum > 100) {
    throw invalid('minimumHealthyPercent must be between 0 and 100.');
  }
  if (maximum < 1 || maximum > 10_000) throw invalid('maximumPercent must be between 1 and 10000.');
  if (minimum > maximum) throw invalid('maximumPercent must not be less than minimumHealthyPercent.');
  if (minimum === 100 && maximum === 100) {
    throw invalid(
      'Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.',
    );
  }
  checkStrategyConfiguration(configuration);
  checkThreshold(configuration.deploymentCircuitBreaker?.thresholdConfiguration);
  return withStrategyDefaults(configuration);
}

function checkThreshold(
  threshold: { type?: string | undefined; value?: number | undefined } | undefined,
): void {
  if (!threshold) return;
  const greatest = threshold.type === 'COUNT' ? 5000 : 100;
  const { value = 50 } = threshold;
  if (value < 1 || value > greatest) {
    throw invalid(`thresholdConfiguration.value must be between 1 and ${greatest} for ${threshold.type}.`);
  }
}

export function checkLoadBalancers(
  targetGroups: TargetGroups,
  definition: DefinitionRecord,
  loadBalancers: readonly Wire<LoadBalancer>[],
): void {
  if (loadBalancers.length > 5) throw invalid('At most 5 load balancers can be specified.');
  for (const {
    targetGroupArn,
    loadBalancerName,
    containerName,
    containerPort,
    advancedConfiguration,
  } of loadBalancers) {
    if (loadBalancerName !== undefined) throw unsupported('Local AWS does not have Classic Load Balancers.');
    if (targetGroupArn === undefined) throw invalid('targetGroupArn is required for a load balancer.');
    const container = definition.definition.containerDefinitions?.find(({ name }) => name === containerName);
    if (!container) {
      throw invalid(`The container ${containerName ?? '(none)'} does not exist in the task definition.`);
    }
    if (!container.portMappings?.some((mapping) => mapping.containerPort === containerPort)) {
      throw invalid(
        `The container ${containerName} did not have a container port ${containerPort ?? '(none)'} defined.`,
      );
    }
    for (const group of [targetGroupArn, advancedConfiguration?.alternateTargetGroupArn]) {
      if (group !== undefined && !targetGroups.exists(group)) {
        throw invalid(`The target group with targetGroupArn ${group} does not exist.`);
      }
    }
    checkTraits(targetGroups, targetGroupArn, definition.definition.networkMode ?? 'bridge');
  }
}

function checkTraits(targetGroups: TargetGroups, targetGroupArn: string, networkMode: string): void {
  const traits = targetGroups.traits(targetGroupArn);
  if (traits && !traits.hasLoadBalancer) {
    throw invalid(
      `The target group with targetGroupArn ${targetGroupArn} does not have an associated load balancer.`,
    );
  }
  const fitting = networkMode === 'awsvpc' ? 'ip' : 'instance';
  if (traits?.targetType !== undefined && traits.targetType !== fitting) {
    throw invalid(
      `The provided target group ${targetGroupArn} has target type ${traits.targetType}, which is incompatible with ` +
        `the ${networkMode} network mode specified in the task definition.`,
    );
  }
}
