import type * as sdk from '@aws-sdk/client-ecs';
import { invalid, serviceNotActive, serviceNotFound } from '../errors.ts';
import type { ServiceRecord } from '../model.ts';
import { page } from '../paging.ts';
import { changeService } from '../services/book.ts';
import { beginDeployment, supersede } from '../services/deployments.ts';
import { isSameRevision, newRevision, requestOf } from '../services/revision.ts';
import { serviceView } from '../services/view.ts';

import {
  acceptConfiguration,
  checkDesiredCount,
  checkGrace,
  refuseUnsupported,
} from '../validation/service.ts';
import type { Wire } from '../wire.ts';
import { type ActionContext, type Actions, action } from './action.ts';
import { createService } from './create-service.ts';
import { activeCluster, findService, runnableDefinition } from './lookup.ts';

/** ECS's own: who forgets to ask for the next page learns it here already. */
const defaultPageSize = 10;

export function serviceActions(context: ActionContext): Actions {
  return {
    CreateService: action<sdk.CreateServiceRequest, sdk.CreateServiceResponse>('CreateService', (input) =>
      createService(context, input),
    ),
    UpdateService: action<sdk.UpdateServiceRequest, sdk.UpdateServiceResponse>('UpdateService', (input) =>
      updateService(context, input),
    ),
    DeleteService: action<sdk.DeleteServiceRequest, sdk.DeleteServiceResponse>('DeleteService', (input) =>
      deleteService(context, input),
    ),
    DescribeServices: action<sdk.DescribeServicesRequest, sdk.DescribeServicesResponse>(
      'DescribeServices',
      ({ cluster: reference, services: references = [], include = [] }) => {
        const cluster = activeCluster(context, reference);
        if (references.length === 0) throw invalid('Services cannot be empty.');
        if (references.length > 10) throw invalid('At most 10 services can be described at once.');
        const services: Wire<sdk.Service>[] = [];
        const failures: Wire<sdk.Failure>[] = [];
        for (const name of references) {
          const service = findService(context, cluster, name);
          if (service) services.push(serviceView(context, service, include.includes('TAGS')));
          else {
            const arn = name.startsWith('arn:') ? name : context.arns.service(cluster.name, name);
            failures.push({ arn, reason: 'MISSING' });
          }
        }
        return { services, failures };
      },
    ),
    ListServices: action<sdk.ListServicesRequest, sdk.ListServicesResponse>('ListServices', (input) => {
      const cluster = activeCluster(context, input.cluster);
      const { nextToken, maxResults, ...query } = input;
      const services = [...context.state.services.values()].filter(
        (service) =>
          service.cluster === cluster.name &&
          service.status !== 'INACTIVE' &&
          (input.launchType === undefined || launchTypeOf(context, service) === input.launchType) &&
          (input.schedulingStrategy ?? 'REPLICA') === 'REPLICA',
      );
      const listed = page(services, ({ key }) => key, {
        query: ['ListServices', query],
        nextToken,
        maxResults: maxResults ?? defaultPageSize,
      });
      return { serviceArns: listed.items.map(({ arn }) => arn), nextToken: listed.nextToken };
    }),
  };
}

function launchTypeOf(context: ActionContext, service: ServiceRecord): string | undefined {
  const revision = context.state.revisions.get(service.deployments[0]?.revisionArn ?? '');
  return revision?.launchType;
}

/** The count alone, and an update that changes nothing of the tasks, start no deployment; force does. */
function updateService(
  context: ActionContext,
  input: Wire<sdk.UpdateServiceRequest>,
): Wire<sdk.UpdateServiceResponse> {
  refuseUnsupported(input);
  const cluster = activeCluster(context, input.cluster);
  const service = findService(context, cluster, input.service);
  if (!service) throw serviceNotFound();
  if (service.status !== 'ACTIVE') throw serviceNotActive();
  const change = acceptUpdate(service, input);
  const current = context.state.revisions.get(service.deployments[0]?.revisionArn ?? '');
  if (!current) throw serviceNotActive();
  const definition =
    input.taskDefinition === undefined
      ? context.state.definitions.get(current.definitionKey)
      : runnableDefinition(context, input.taskDefinition);
  if (!definition) throw invalid('TaskDefinition not found.');
  const revision = newRevision(context, cluster, service, definition, {
    ...requestOf(current),
    ...replaced(input),
  });
  changeService(context, service.key, change);
  if (input.forceNewDeployment || !isSameRevision(current, revision)) {
    beginDeployment(context, service.key, revision);
  }
  context.scheduler.wake(service.key);
  return { service: serviceView(context, context.state.services.get(service.key) ?? service) };
}

function replaced(input: Wire<sdk.UpdateServiceRequest>) {
  const { capacityProviderStrategy, networkConfiguration, platformVersion } = input;
  const { loadBalancers, enableExecuteCommand, propagateTags } = input;
  return {
    ...(capacityProviderStrategy?.length ? { capacityProviderStrategy, launchType: undefined } : {}),
    ...(networkConfiguration ? { networkConfiguration } : {}),
    ...(platformVersion === undefined ? {} : { platformVersion }),
    ...(loadBalancers ? { loadBalancers } : {}),
    ...(enableExecuteCommand === undefined ? {} : { enableExecuteCommand }),
    ...(propagateTags === undefined ? {} : { propagateTags }),
  };
}

function acceptUpdate(service: ServiceRecord, input: Wire<sdk.UpdateServiceRequest>): Partial<ServiceRecord> {
  checkGrace(input.healthCheckGracePeriodSeconds);
  return {
    ...(input.desiredCount === undefined
      ? {}
      : { desiredCount: checkDesiredCount(input.desiredCount), steady: false }),
    ...(input.deploymentConfiguration
      ? { configuration: acceptConfiguration(input.deploymentConfiguration, service.configuration) }
      : {}),
    ...(input.healthCheckGracePeriodSeconds === undefined
      ? {}
      : { graceSeconds: input.healthCheckGracePeriodSeconds }),
    ...(input.availabilityZoneRebalancing === undefined
      ? {}
      : { zoneRebalancing: input.availabilityZoneRebalancing }),
    ...(input.placementConstraints ? { placementConstraints: input.placementConstraints } : {}),
    ...(input.placementStrategy ? { placementStrategy: input.placementStrategy } : {}),
    ...(input.enableECSManagedTags === undefined ? {} : { enableManagedTags: input.enableECSManagedTags }),
  };
}

function deleteService(
  context: ActionContext,
  input: Wire<sdk.DeleteServiceRequest>,
): Wire<sdk.DeleteServiceResponse> {
  const cluster = activeCluster(context, input.cluster);
  const service = findService(context, cluster, input.service);
  if (!service) throw serviceNotFound();
  if (service.status === 'INACTIVE') throw serviceNotActive();
  if (service.desiredCount > 0 && input.force !== true) {
    throw invalid('The service cannot be stopped while it is scaled above 0.');
  }
  supersede(context, service, 'The service was deleted.');
  const draining = changeService(context, service.key, {
    status: 'DRAINING',
    desiredCount: 0,
    steady: false,
  });
  context.scheduler.wake(service.key);
  return { service: serviceView(context, draining ?? service) };
}
