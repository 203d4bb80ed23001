import type * as sdk from '@aws-sdk/client-ecs';
import { invalid } from '../errors.ts';
import type { ClusterRecord, ServiceRecord } from '../model.ts';
import { serviceKeyOf } from '../model.ts';
import { creationTokenKey } from '../services/book.ts';
import { beginDeployment } from '../services/deployments.ts';
import { newRevision } from '../services/revision.ts';
import { serviceView } from '../services/view.ts';
import { checkTags, checkToken, isName } from '../validation/common.ts';
import { checkDaemon, checkDaemonPlacement, daemonConfiguration } from '../validation/daemon.ts';
import { acceptConstraints, acceptStrategies, refusePlacementOnFargate } from '../validation/placement.ts';
import {
  acceptConfiguration,
  checkDesiredCount,
  checkGrace,
  refuseUnsupported,
} from '../validation/service.ts';
import { checkStrategyFits } from '../validation/strategy.ts';
import type { Wire } from '../wire.ts';
import type { ActionContext } from './action.ts';
import { acceptExternal } from './external-service.ts';
import { activeCluster, runnableDefinition } from './lookup.ts';
import { requestDigest } from './tokens.ts';

type Request = Wire<sdk.CreateServiceRequest>;

/**
 * Creates a service once: the same request again answers with what exists, another one of the same name is
 * refused with InvalidParameterException, one of the same token with ConflictException.
 */
export function createService(context: ActionContext, input: Request): Wire<sdk.CreateServiceResponse> {
  refuseUnsupported(input);
  checkToken(input.clientToken, 36);
  const name = input.serviceName;
  if (!isName(name)) {
    throw invalid(
      'Invalid identifier: a service name has 1 to 255 letters, digits, hyphens and underscores.',
    );
  }
  const cluster = activeCluster(context, input.cluster);
  const digest = requestDigest(input);
  const existing = existingService(context, cluster, name, input, digest);
  if (existing) return { service: serviceView(context, existing, true) };
  const service = acceptService(context, cluster, name, input, digest);
  checkStrategyFits(service.configuration, {
    isDaemon: service.scheduling === 'DAEMON',
    isExternal: service.external !== undefined,
  });
  const revision = service.external
    ? undefined
    : newRevision(context, cluster, service, runnableDefinition(context, input.taskDefinition), input);
  if (revision && service.scheduling === 'DAEMON') checkDaemonPlacement(revision);
  if (revision) refusePlacementOnFargate(revision, input);
  context.state.services.put(service.key, service);
  if (input.clientToken !== undefined) {
    const token = { digest, taskIds: [], createdAt: context.clock.now() };
    context.state.tokens.put(creationTokenKey(cluster.name, input.clientToken), token);
  }
  if (revision) beginDeployment(context, service.key, revision);
  context.scheduler.wake(service.key);
  return { service: serviceView(context, context.state.services.get(service.key) ?? service, true) };
}

function existingService(
  context: ActionContext,
  cluster: ClusterRecord,
  name: string,
  input: Request,
  digest: string,
): ServiceRecord | undefined {
  const token = input.clientToken;
  const known =
    token === undefined ? undefined : context.state.tokens.get(creationTokenKey(cluster.name, token));
  if (known && known.digest !== digest) {
    throw invalid('Creation of service was not idempotent.');
  }
  const existing = context.state.services.get(serviceKeyOf(cluster.name, name));
  if (existing?.status === 'DRAINING') {
    throw invalid('Unable to Start a service that is still Draining.');
  }
  if (existing?.status !== 'ACTIVE') return undefined;
  if (existing.creation.digest === digest) return existing;
  throw invalid('Creation of service was not idempotent.');
}

function acceptService(
  context: ActionContext,
  cluster: ClusterRecord,
  name: string,
  input: Request,
  digest: string,
): ServiceRecord {
  checkGrace(input.healthCheckGracePeriodSeconds);
  acceptConstraints(input.placementConstraints);
  acceptStrategies(input.placementStrategy);
  const isDaemon = input.schedulingStrategy === 'DAEMON';
  if (isDaemon) checkDaemon(input);
  return {
    key: serviceKeyOf(cluster.name, name),
    name,
    arn: context.arns.service(cluster.name, name),
    cluster: cluster.name,
    clusterArn: cluster.arn,
    status: 'ACTIVE',
    desiredCount: isDaemon ? 0 : checkDesiredCount(input.desiredCount),
    ...(isDaemon ? { scheduling: 'DAEMON' as const } : {}),
    configuration: acceptConfiguration(
      isDaemon ? daemonConfiguration(input.deploymentConfiguration) : input.deploymentConfiguration,
    ),
    ...(input.healthCheckGracePeriodSeconds === undefined
      ? {}
      : { graceSeconds: input.healthCheckGracePeriodSeconds }),
    zoneRebalancing: input.availabilityZoneRebalancing ?? (isDaemon ? 'DISABLED' : 'ENABLED'),
    placementConstraints: input.placementConstraints ?? [],
    placementStrategy: input.placementStrategy ?? [],
    ...(input.role === undefined ? {} : { roleArn: input.role }),
    enableManagedTags: input.enableECSManagedTags ?? false,
    ...(input.deploymentController?.type === 'EXTERNAL' ? { external: acceptExternal(input) } : {}),
    deployments: [],
    messages: [],
    steady: false,
    tags: checkTags(input.tags),
    createdAt: context.clock.now(),
    creation: { digest, ...(input.clientToken === undefined ? {} : { token: input.clientToken }) },
  };
}
