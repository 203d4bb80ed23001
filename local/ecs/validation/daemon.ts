import type { CreateServiceRequest, DeploymentConfiguration } from '@aws-sdk/client-ecs';
import { invalid } from '../errors.ts';
import type { RevisionRecord } from '../model.ts';
import type { Wire } from '../wire.ts';
import { isFargateProvider } from './common.ts';

/** What does not go together with the scheduling strategy DAEMON. */
export function checkDaemon(request: Partial<Wire<CreateServiceRequest>>): void {
  if (request.desiredCount !== undefined) {
    throw invalid(
      'The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again.',
    );
  }
  if ((request.placementStrategy?.length ?? 0) > 0) {
    throw invalid('The daemon scheduling strategy does not support placement strategies.');
  }
  if (request.placementConstraints?.some(({ type }) => type === 'distinctInstance')) {
    throw invalid(
      'The daemon scheduling strategy does not support the placement constraint distinctInstance.',
    );
  }
  if (request.availabilityZoneRebalancing === 'ENABLED') {
    throw invalid('The daemon scheduling strategy does not support Availability Zone rebalancing.');
  }
  if ((request.deploymentController?.type ?? 'ECS') !== 'ECS') {
    throw invalid('The daemon scheduling strategy is supported with the deployment controller ECS alone.');
  }
}

/** Daemons run on container instances. */
export function checkDaemonPlacement({ launchType, strategy }: RevisionRecord): void {
  const isFargate =
    launchType === 'FARGATE' || strategy.some(({ capacityProvider }) => isFargateProvider(capacityProvider));
  if (isFargate)
    throw invalid('The daemon scheduling strategy is not supported with the launch type FARGATE.');
}

/** ECS's defaults for daemons, 0/100: never two tasks on an instance. */
export function daemonConfiguration(
  given: Wire<DeploymentConfiguration> | undefined,
): Wire<DeploymentConfiguration> {
  const { maximumPercent = 100, minimumHealthyPercent = 0, strategy = 'ROLLING' } = given ?? {};
  if (maximumPercent !== 100) {
    throw invalid('The daemon scheduling strategy supports a maximumPercent of 100 alone.');
  }
  if (minimumHealthyPercent >= 100) {
    throw invalid(
      'Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.',
    );
  }
  if (strategy !== 'ROLLING') {
    throw invalid('The daemon scheduling strategy supports the deployment strategy ROLLING alone.');
  }
  return { ...given, maximumPercent, minimumHealthyPercent };
}
