import type * as sdk from '@aws-sdk/client-ecs';
import { AwsError } from '../../support/service.ts';
import { invalid } from '../errors.ts';
import type { Wire } from '../wire.ts';
import { type ActionContext, type Actions, action } from './action.ts';
import { activeCluster, findTask } from './lookup.ts';

/**
 * What the container agent of an instance calls. No agent is needed here, for Local AWS runs the containers itself: one
 * that calls is answered as ECS answers it, and what it reports is acknowledged without changing anything.
 */
export function agentActions(context: ActionContext): Actions {
  return {
    DiscoverPollEndpoint: action<sdk.DiscoverPollEndpointRequest, sdk.DiscoverPollEndpointResponse>(
      'DiscoverPollEndpoint',
      () => {
        const endpoint = context.endpoint();
        return { endpoint, telemetryEndpoint: endpoint, serviceConnectEndpoint: endpoint };
      },
    ),
    SubmitTaskStateChange: action<sdk.SubmitTaskStateChangeRequest, sdk.SubmitTaskStateChangeResponse>(
      'SubmitTaskStateChange',
      (input) => acknowledge(context, input.cluster, input.task),
    ),
    SubmitContainerStateChange: action<
      sdk.SubmitContainerStateChangeRequest,
      sdk.SubmitContainerStateChangeResponse
    >('SubmitContainerStateChange', (input) => acknowledge(context, input.cluster, input.task)),
    SubmitAttachmentStateChanges: action<
      sdk.SubmitAttachmentStateChangesRequest,
      sdk.SubmitAttachmentStateChangesResponse
    >('SubmitAttachmentStateChanges', (input) => acknowledge(context, input.cluster, undefined)),
    UpdateContainerAgent: action<sdk.UpdateContainerAgentRequest, sdk.UpdateContainerAgentResponse>(
      'UpdateContainerAgent',
      ({ cluster: reference, containerInstance = '' }) => {
        const cluster = activeCluster(context, reference);
        const id = containerInstance.slice(containerInstance.lastIndexOf('/') + 1);
        const instance = context.state.instances.get(id);
        if (instance?.cluster !== cluster.name || instance.status === 'INACTIVE') {
          throw invalid('The specified container instance was not found in the cluster.');
        }
        throw new AwsError(
          'NoUpdateAvailableException',
          'There is no update available for your container agent.',
        );
      },
    ),
  };
}

function acknowledge(
  context: ActionContext,
  clusterReference: string | undefined,
  taskReference: string | undefined,
): Wire<sdk.SubmitTaskStateChangeResponse> {
  const cluster = activeCluster(context, clusterReference);
  if (taskReference !== undefined && !findTask(context, cluster, taskReference)) {
    throw invalid('The referenced task was not found.');
  }
  return { acknowledgment: context.ids.uuid() };
}
