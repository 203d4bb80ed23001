import type { CreateServiceRequest } from '@aws-sdk/client-ecs';
import type { EcsContext } from '../context.ts';
import type { ClusterRecord, DefinitionRecord, RevisionRecord, ServiceRecord } from '../model.ts';
import { checkMonitoring } from '../validation/monitoring.ts';
import { acceptPlacement } from '../validation/placement.ts';
import { checkRegistries } from '../validation/registries.ts';
import { checkLoadBalancers } from '../validation/service.ts';
import { checkAdvanced } from '../validation/strategy.ts';
import type { Wire } from '../wire.ts';
import { acceptConnect } from './connect.ts';

export type RevisionRequest = Pick<
  Wire<CreateServiceRequest>,
  | 'launchType'
  | 'capacityProviderStrategy'
  | 'platformVersion'
  | 'networkConfiguration'
  | 'loadBalancers'
  | 'serviceRegistries'
  | 'serviceConnectConfiguration'
  | 'enableExecuteCommand'
  | 'propagateTags'
  | 'monitoring'
>;

/** A new revision of a service, checked but not stored. */
export function newRevision(
  context: EcsContext,
  cluster: ClusterRecord,
  service: Pick<ServiceRecord, 'key' | 'name' | 'arn' | 'configuration'>,
  definition: DefinitionRecord,
  request: RevisionRequest,
): RevisionRecord {
  checkMonitoring(request.monitoring);
  const placement = acceptPlacement(cluster, definition, request);
  const loadBalancers = request.loadBalancers ?? [];
  checkLoadBalancers(context.targetGroups, definition, loadBalancers);
  checkAdvanced(context.trafficRules, service.configuration.strategy, loadBalancers);
  const serviceRegistries = request.serviceRegistries ?? [];
  checkRegistries(context.registry, definition, serviceRegistries);
  const connect = acceptConnect(context, cluster, definition, request.serviceConnectConfiguration);
  return {
    arn: context.arns.serviceRevision(cluster.name, service.name, context.ids.revision()),
    serviceKey: service.key,
    serviceArn: service.arn,
    clusterArn: cluster.arn,
    definitionArn: definition.definition.taskDefinitionArn ?? '',
    definitionKey: definition.key,
    ...placement,
    loadBalancers,
    serviceRegistries,
    ...(connect ? { connect } : {}),
    enableExecuteCommand: request.enableExecuteCommand ?? false,
    propagateTags: request.propagateTags ?? 'NONE',
    ...(request.monitoring ? { monitoring: request.monitoring } : {}),
    createdAt: context.clock.now(),
  };
}

/** What a revision was made from, so that an update can change some of it. */
export function requestOf(revision: RevisionRecord): RevisionRequest {
  return {
    ...(revision.launchType === undefined ? {} : { launchType: revision.launchType }),
    ...(revision.strategy.length > 0 ? { capacityProviderStrategy: revision.strategy } : {}),
    ...(revision.platformVersion === undefined ? {} : { platformVersion: revision.platformVersion }),
    ...(revision.network ? { networkConfiguration: { awsvpcConfiguration: revision.network } } : {}),
    loadBalancers: revision.loadBalancers,
    serviceRegistries: revision.serviceRegistries,
    ...(revision.connect ? { serviceConnectConfiguration: revision.connect.configuration } : {}),
    enableExecuteCommand: revision.enableExecuteCommand,
    propagateTags: revision.propagateTags,
    ...(revision.monitoring ? { monitoring: revision.monitoring } : {}),
  };
}

/** Whether two revisions would start the same tasks: then an update needs no deployment. */
export function isSameRevision(one: RevisionRecord, other: RevisionRecord): boolean {
  return comparable(one) === comparable(other);
}

/** Command execution and tag propagation concern tasks that start later, monitoring none: they need no deployment. */
function comparable(revision: RevisionRecord): string {
  const { arn: _arn, createdAt: _createdAt, servingGroups: _groups, ...rest } = revision;
  const { enableExecuteCommand: _execute, propagateTags: _propagate, monitoring: _, ...started } = rest;
  const sorted = Object.entries(started).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify(sorted);
}
