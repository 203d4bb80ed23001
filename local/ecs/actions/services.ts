import type * as sdk from '@aws-sdk/client-ecs';
import { invalid, serviceNotActive, serviceNotFound } from '../errors.ts';
import type { ServiceRecord } from '../model.ts';
import { page } from '../paging.ts';
import { changeService } from '../services/book.ts';
import { beginDeployment, supersede } from '../services/deployments.ts';
import { isSameRevision, newRevision, requestOf } from '../services/revision.ts';
import { serviceView } from '../services/view.ts';
import { checkDaemon, daemonConfiguration } from '../validation/daemon.ts';
import { acceptConstraints, acceptStrategies } from '../validation/placement.ts';
import {
  acceptConfiguration,
  checkDesiredCount,
  checkGrace,
  refuseUnsupported,
} from '../validation/service.ts';
import { checkController, checkStrategyFits } from '../validation/strategy.ts';
import type { Wire } from '../wire.ts';
import { type ActionContext, type Actions, action } from './action.ts';
import { createService } from './create-service.ts';
import { updateExternalService } from './external-service.ts';
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
          (input.schedulingStrategy === undefined ||
            input.schedulingStrategy === (service.scheduling ?? 'REPLICA')),
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
  checkController(input.deploymentController?.type, service.external !== undefined);
  if (service.external) return updateExternalService(context, service, input);
  const change = acceptUpdate(service, input);
  const current = context.state.revisions.get(service.deployments[0]?.revisionArn ?? '');
  if (!current) throw serviceNotActive();
  const configuration = change.configuration ?? service.configuration;
  checkStrategyFits(configuration, { isDaemon: service.scheduling === 'DAEMON', isExternal: false });
  const definition =
    input.taskDefinition === undefined
      ? context.state.definitions.get(current.definitionKey)
      : runnableDefinition(context, input.taskDefinition);
  if (!definition) throw invalid('TaskDefinition not found.');
  const revision = newRevision(context, cluster, { ...service, ...change }, definition, {
    ...requestOf(current),
    ...replaced(input),
  });
  changeService(context, service.key, change);
  if (input.forceNewDeployment || !isSameRevision(current, revision)) {
    beginDeployment(context, service.key, revision);
  } else {
    const { enableExecuteCommand, propagateTags, monitoring } = revision;
    const { monitoring: _, ...rest } = current;
    const changed = { enableExecuteCommand, propagateTags, ...(monitoring ? { monitoring } : {}) };
    context.state.revisions.put(current.arn, { ...rest, ...changed });
  }
  context.scheduler.wake(service.key);
  return { service: serviceView(context, context.state.services.get(service.key) ?? service) };
}

function replaced(input: Wire<sdk.UpdateServiceRequest>) {
  const { capacityProviderStrategy, networkConfiguration, platformVersion } = input;
  const { loadBalancers, enableExecuteCommand, propagateTags } = input;
  const { serviceRegistries, serviceConnectConfiguration } = input;
  return {
    ...(capacityProviderStrategy?.length ? { capacityProviderStrategy, launchType: undefined } : {}),
    ...(networkConfiguration ? { networkConfiguration } : {}),
    ...(platformVersion === undefined ? {} : { platformVersion }),
    ...(loadBalancers ? { loadBalancers } : {}),
    ...(serviceRegistries ? { serviceRegistries } : {}),
    ...(serviceConnectConfiguration ? { serviceConnectConfiguration } : {}),
    ...(enableExecuteCommand === undefined ? {} : { enableExecuteCommand }),
    ...(propagateTags === undefined ? {} : { propagateTags }),
    ...(input.monitoring ? { monitoring: input.monitoring } : {}),
  };
}

function acceptUpdate(service: ServiceRecord, input: Wire<sdk.UpdateServiceRequest>): Partial<ServiceRecord> {
  checkGrace(input.healthCheckGracePeriodSeconds);
  acceptConstraints(input.placementConstraints);
  acceptStrategies(input.placementStrategy);
  const isDaemon = service.scheduling === 'DAEMON';
  if (isDaemon) checkDaemon(input);
  const configuration = isDaemon
    ? daemonConfiguration({ ...service.configuration, ...input.deploymentConfiguration })
    : input.deploymentConfiguration;
  return {
    ...(input.desiredCount === undefined
      ? {}
      : { desiredCount: checkDesiredCount(input.desiredCount), steady: false }),
    ...(input.deploymentConfiguration
      ? { configuration: acceptConfiguration(configuration, service.configuration) }
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
  if (service.desiredCount > 0 && service.scheduling !== 'DAEMON' && input.force !== true) {
    throw invalid('The service cannot be stopped while it is scaled above 0.');
  }
  const hasTaskSets = context.state.taskSets.keysOf(service.key).size > 0;
  if (hasTaskSets && input.force !== true) {
    throw invalid('The service cannot be deleted while it has task sets; delete them or use force.');
  }
  supersede(context, service, 'The service was deleted.');
  const draining = changeService(context, service.key, {
    status: 'DRAINING',
    desiredCount: 0,
    steady: false,
  });
  context.taskSets.wake(service.key);
  context.scheduler.wake(service.key);
  return { service: serviceView(context, draining ?? service) };
}
