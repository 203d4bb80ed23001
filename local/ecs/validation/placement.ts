import type {
  CapacityProviderStrategyItem,
  NetworkConfiguration,
  PlacementConstraint,
  PlacementStrategy,
} from '@aws-sdk/client-ecs';
import { clientError, invalid, unsupported } from '../errors.ts';
import type {
  ClusterRecord,
  Definition,
  DefinitionRecord,
  StrategyItem,
  VpcConfiguration,
} from '../model.ts';
import { type Expression, ExpressionError, parseExpression } from '../placement/expression.ts';
import type { Constraint, Strategy } from '../placement/place.ts';
import type { Wire } from '../wire.ts';
import { checkStrategy, isFargateProvider } from './common.ts';

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
    launchType === 'FARGATE' || strategy.some(({ capacityProvider }) => isFargateProvider(capacityProvider));
  if (launchType === 'MANAGED_INSTANCES') throw unsupported('Local AWS does not have Managed Instances.');
  checkCompatibility(definition.definition, isFargate ? 'FARGATE' : (launchType ?? 'EC2'));
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

function checkCompatibility(definition: Definition, launchType: string): void {
  const isFit =
    launchType === 'FARGATE'
      ? definition.compatibilities?.includes('FARGATE')
      : launchType !== 'EXTERNAL' || definition.networkMode !== 'awsvpc';
  if (!isFit) throw invalid(`Task definition does not support launch_type ${launchType}.`);
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

/** Parses an expression of the cluster query language; InvalidParameterException when it is none. */
export function acceptExpression(text: string): Expression {
  try {
    return parseExpression(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw invalid(`Invalid expression: ${error.message}.`);
  }
}

export function acceptConstraints(
  constraints: readonly Wire<PlacementConstraint>[] | undefined,
): readonly Constraint[] {
  const given = constraints ?? [];
  if (given.length > 10) throw invalid('At most 10 placement constraints can be specified.');
  return given.map(({ type, expression }): Constraint => {
    if (type === 'memberOf') {
      if (!expression) throw invalid('A memberOf placement constraint must have an expression.');
      return { kind: 'memberOf', expression: acceptExpression(expression) };
    }
    if (type !== 'distinctInstance') throw invalid('A placement constraint must have a type.');
    if (expression) throw invalid('A distinctInstance placement constraint must not have an expression.');
    return { kind: 'distinctInstance' };
  });
}

export function acceptStrategies(
  strategies: readonly Wire<PlacementStrategy>[] | undefined,
): readonly Strategy[] {
  const given = strategies ?? [];
  if (given.length > 5) throw invalid('At most 5 placement strategy rules can be specified.');
  return given.map(({ type, field = '' }): Strategy => {
    if (type === 'random') {
      if (field !== '') throw invalid('The random placement strategy must not have a field.');
      return { kind: 'random' };
    }
    if (type === 'binpack') {
      const resource = field.toLowerCase();
      if (resource === 'cpu' || resource === 'memory') return { kind: 'binpack', field: resource };
      throw invalid('The field of the placement strategy binpack must be cpu or memory.');
    }
    if (type !== 'spread') throw invalid('A placement strategy must have a type.');
    if (field === 'instanceId' || field === 'host') return { kind: 'spread', field: 'host' };
    const attribute = /^attribute:([A-Za-z0-9_\-./\\]{1,128})$/.exec(field)?.[1];
    if (attribute !== undefined) return { kind: 'spread', field: attribute };
    throw invalid('The field of the placement strategy spread must be instanceId, host or an attribute.');
  });
}

/** Placement by constraints and strategies is for container instances alone. */
export function refusePlacementOnFargate(
  placement: Placement,
  request: { readonly placementConstraints?: unknown; readonly placementStrategy?: unknown },
): void {
  if (placement.platformVersion === undefined) return;
  const isGiven = (value: unknown) => Array.isArray(value) && value.length > 0;
  if (isGiven(request.placementConstraints)) {
    throw invalid('Placement constraints are not supported with FARGATE launch type.');
  }
  if (isGiven(request.placementStrategy)) {
    throw invalid('Placement strategies are not supported with FARGATE launch type.');
  }
}
