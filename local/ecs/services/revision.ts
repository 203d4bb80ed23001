import type { CreateServiceRequest } from '@aws-sdk/client-ecs';
import type { EcsContext } from '../context.ts';
import type { ClusterRecord, DefinitionRecord, RevisionRecord } from '../model.ts';
import { acceptPlacement } from '../validation/placement.ts';
import { checkLoadBalancers } from '../validation/service.ts';
import type { Wire } from '../wire.ts';

export type RevisionRequest = Pick<
  Wire<CreateServiceRequest>,
  | 'launchType'
  | 'capacityProviderStrategy'
  | 'platformVersion'
  | 'networkConfiguration'
  | 'loadBalancers'
  | 'enableExecuteCommand'
  | 'propagateTags'
>;

/** A new revision of a service, checked but not stored. */
export function newRevision(
  context: EcsContext,
  cluster: ClusterRecord,
  service: { readonly key: string; readonly name: string; readonly arn: string },
  definition: DefinitionRecord,
  request: RevisionRequest,
): RevisionRecord {
  const placement = acceptPlacement(cluster, definition, request);
  const loadBalancers = request.loadBalancers ?? [];
  checkLoadBalancers(context.targetGroups, definition, loadBalancers);
  return {
    arn: context.arns.serviceRevision(cluster.name, service.name, context.ids.revision()),
    serviceKey: service.key,
    serviceArn: service.arn,
    clusterArn: cluster.arn,
    definitionArn: definition.definition.taskDefinitionArn ?? '',
    definitionKey: definition.key,
    ...placement,
    loadBalancers,
    serviceRegistries: [],
    enableExecuteCommand: request.enableExecuteCommand ?? false,
    propagateTags: request.propagateTags ?? 'NONE',
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
    enableExecuteCommand: revision.enableExecuteCommand,
    propagateTags: revision.propagateTags,
  };
}

/** Whether two revisions would start the same tasks: then an update needs no deployment. */
export function isSameRevision(one: RevisionRecord, other: RevisionRecord): boolean {
  return comparable(one) === comparable(other);
}

function comparable({ arn: _arn, createdAt: _createdAt, ...rest }: RevisionRecord): string {
  const sorted = Object.entries(rest).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify(sorted);
}
