import type { CapacityProviderStrategyItem, NetworkConfiguration } from '@aws-sdk/client-ecs';
import { clientError, invalid } from '../errors.ts';
import type { ClusterRecord, DefinitionRecord, StrategyItem, VpcConfiguration } from '../model.ts';
import type { Wire } from '../wire.ts';
import { checkStrategy } from './common.ts';

export interface PlacementRequest {
  readonly launchType?: string | undefined;
  readonly capacityProviderStrategy?: readonly Wire<CapacityProviderStrategyItem>[] | undefined;
  readonly platformVersion?: string | undefined;
  readonly networkConfiguration?: Wire<NetworkConfiguration> | undefined;
}

export interface Placement {
  readonly launchType?: string;
  readonly strategy: readonly StrategyItem[];
  readonly platformVersion?: string;
  readonly network?: VpcConfiguration;
}

/** Where tasks of `definition` would run; refuses what does not go together as ECS does. */
export function acceptPlacement(
  cluster: ClusterRecord,
  definition: DefinitionRecord,
  request: PlacementRequest,
): Placement {
  const strategy = chosenStrategy(cluster, request);
  const launchType = strategy.length > 0 ? undefined : (request.launchType ?? 'EC2');
  const isFargate =
    launchType === 'FARGATE' ||
    strategy.some(({ capacityProvider }) => capacityProvider?.startsWith('FARGATE'));
  if (launchType === 'EXTERNAL' || launchType === 'MANAGED_INSTANCES') {
    throw invalid(`No Container Instances were found in your cluster for launch type ${launchType}.`);
  }
  if (isFargate && !definition.definition.compatibilities?.includes('FARGATE')) {
    throw invalid('Task definition does not support launch_type FARGATE.');
  }
  if (request.platformVersion !== undefined && !isFargate) {
    throw invalid('The platform version must be null when specifying an EC2 launch type.');
  }
  if (request.platformVersion !== undefined && !/^(LATEST|1\.[34]\.0)$/.test(request.platformVersion)) {
    throw clientError(`The specified platform version ${request.platformVersion} does not exist.`);
  }
  const network = acceptNetwork(definition, request.networkConfiguration);
  return {
    ...(launchType === undefined ? {} : { launchType }),
    strategy,
    ...(isFargate ? { platformVersion: request.platformVersion ?? 'LATEST' } : {}),
    ...(network ? { network } : {}),
  };
}

function chosenStrategy(cluster: ClusterRecord, request: PlacementRequest): readonly StrategyItem[] {
  const given = request.capacityProviderStrategy;
  if (given && given.length > 0) return checkStrategy(given, request.launchType, cluster.capacityProviders);
  return request.launchType === undefined ? cluster.defaultStrategy : [];
}

function acceptNetwork(
  definition: DefinitionRecord,
  configuration: Wire<NetworkConfiguration> | undefined,
): VpcConfiguration | undefined {
  const given = configuration?.awsvpcConfiguration;
  if (definition.definition.networkMode !== 'awsvpc') {
    if (!given) return undefined;
    throw invalid('Network Configuration is not valid for the given networkMode of this task definition.');
  }
  if (!given) {
    throw invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  }
  const subnets = given.subnets ?? [];
  if (subnets.length === 0) throw invalid('subnets can not be empty.');
  if (subnets.length > 16) throw invalid('At most 16 subnets can be specified.');
  if ((given.securityGroups?.length ?? 0) > 5) throw invalid('At most 5 security groups can be specified.');
  return { assignPublicIp: 'DISABLED', securityGroups: [], ...given };
}
