import type * as sdk from '@aws-sdk/client-ecs';
import { invalid } from '../errors.ts';
import type { ServiceRecord } from '../model.ts';
import { changeService } from '../services/book.ts';
import { serviceView } from '../services/view.ts';
import { checkDesiredCount, checkGrace } from '../validation/service.ts';
import type { Wire } from '../wire.ts';
import type { ActionContext } from './action.ts';

type Creation = Wire<sdk.CreateServiceRequest>;
type Update = Wire<sdk.UpdateServiceRequest>;

const perTaskSet = [
  'capacityProviderStrategy',
  'networkConfiguration',
  'platformVersion',
  'loadBalancers',
  'serviceRegistries',
] as const satisfies readonly (keyof Creation & keyof Update)[];

/** What a service under the EXTERNAL controller keeps for its task sets; refuses what each task set says itself. */
export function acceptExternal(input: Creation): NonNullable<ServiceRecord['external']> {
  if (input.schedulingStrategy === 'DAEMON') {
    throw invalid('The DAEMON scheduling strategy is not supported with the EXTERNAL deployment controller.');
  }
  const misplaced = ([...perTaskSet, 'launchType'] as const).find((member) => isGiven(input[member]));
  if (misplaced) {
    throw invalid(
      `${misplaced} cannot be specified for a service with the EXTERNAL deployment controller: CreateTaskSet takes it.`,
    );
  }
  return {
    enableExecuteCommand: input.enableExecuteCommand ?? false,
    propagateTags: input.propagateTags ?? 'NONE',
  };
}

/** Only the count, the grace period and what concerns tags can change under the EXTERNAL controller. */
export function updateExternalService(
  context: ActionContext,
  service: ServiceRecord,
  input: Update,
): Wire<sdk.UpdateServiceResponse> {
  if (input.taskDefinition !== undefined || input.forceNewDeployment) {
    throw invalid(
      'Unable to update task definition on services with an EXTERNAL deployment controller. Use CreateTaskSet to deploy.',
    );
  }
  const misplaced = perTaskSet.find((member) => isGiven(input[member]));
  if (misplaced) {
    throw invalid(`Unable to update ${misplaced} on services with an EXTERNAL deployment controller.`);
  }
  checkGrace(input.healthCheckGracePeriodSeconds);
  const changed = changeService(context, service.key, {
    ...(input.desiredCount === undefined ? {} : { desiredCount: checkDesiredCount(input.desiredCount) }),
    ...(input.healthCheckGracePeriodSeconds === undefined
      ? {}
      : { graceSeconds: input.healthCheckGracePeriodSeconds }),
    ...(input.enableECSManagedTags === undefined ? {} : { enableManagedTags: input.enableECSManagedTags }),
  });
  context.taskSets.wake(service.key);
  return { service: serviceView(context, changed ?? service) };
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}
