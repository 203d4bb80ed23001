import type { CreateServiceRequest, DeploymentConfiguration, LoadBalancer } from '@aws-sdk/client-ecs';
import type { TargetGroups } from '../../loadbalancer/targets.ts';
import { invalid, unsupported } from '../errors.ts';
import type { DefinitionRecord } from '../model.ts';
import type { Wire } from '../wire.ts';

const desiredCeiling = 5000;

/** The members of CreateService and UpdateService that Local AWS does not have, refused rather than ignored. */
export function refuseUnsupported(request: Partial<Wire<CreateServiceRequest>>): void {
  const controller = request.deploymentController?.type;
  if (controller !== undefined && controller !== 'ECS') {
    throw unsupported(`Local AWS has the deployment controller ECS, not ${controller}.`);
  }
  if (request.schedulingStrategy === 'DAEMON') {
    throw unsupported('Local AWS has the scheduling strategy REPLICA, not DAEMON.');
  }
  const uses = [
    ['serviceRegistries', request.serviceRegistries?.length],
    ['volumeConfigurations', request.volumeConfigurations?.length],
    ['vpcLatticeConfigurations', request.vpcLatticeConfigurations?.length],
    ['gatewayConnectors', request.gatewayConnectors?.length],
    ['serviceConnectConfiguration', request.serviceConnectConfiguration?.enabled],
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
    ...current,
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
  if (configuration.strategy !== 'ROLLING') {
    throw unsupported(`Local AWS has the deployment strategy ROLLING, not ${configuration.strategy}.`);
  }
  if ((configuration.lifecycleHooks?.length ?? 0) > 0)
    throw unsupported('Local AWS does not have lifecycleHooks.');
  if (configuration.alarms?.enable) throw unsupported('Local AWS does not have deployment alarms.');
  if (configuration.earlySuccessCriteria?.enable) {
    throw unsupported('Local AWS does not have earlySuccessCriteria.');
  }
  checkThreshold(configuration.deploymentCircuitBreaker?.thresholdConfiguration);
  return configuration;
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
    if (advancedConfiguration) throw unsupported('Local AWS does not have advancedConfiguration.');
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
    if (!targetGroups.exists(targetGroupArn)) {
      throw invalid(`The target group with targetGroupArn ${targetGroupArn} does not exist.`);
    }
  }
}
