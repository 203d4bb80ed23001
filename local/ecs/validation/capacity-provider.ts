import type {
  AutoScalingGroupProvider,
  AutoScalingGroupProviderUpdate,
  CreateCapacityProviderRequest,
  UpdateCapacityProviderRequest,
} from '@aws-sdk/client-ecs';
import { clientError, invalid, unsupported } from '../errors.ts';
import type { Wire } from '../wire.ts';
import { isName } from './common.ts';

type Provider = Wire<AutoScalingGroupProvider>;

export function checkProviderName(name: string | undefined): asserts name is string {
  if (!isName(name)) {
    throw clientError(
      'The specified capacity provider name is invalid. Up to 255 letters, numbers, underscores and hyphens are allowed.',
    );
  }
  if (/^(aws|ecs|fargate)/i.test(name)) {
    throw clientError(
      'The specified capacity provider name is invalid. The name cannot be prefixed with "aws", "ecs", or "fargate".',
    );
  }
}

/** What a capacity provider is made over; only Auto Scaling groups are here. */
export function acceptProvider(request: Wire<CreateCapacityProviderRequest>): Provider {
  refuseManagedInstances(request);
  const given = request.autoScalingGroupProvider;
  if (!given?.autoScalingGroupArn) {
    throw clientError('autoScalingGroupProvider.autoScalingGroupArn should not be null or empty.');
  }
  return completed({ autoScalingGroupArn: given.autoScalingGroupArn }, given);
}

/** What it becomes: members that are left out stay as they are. */
export function acceptProviderUpdate(
  current: Provider,
  request: Wire<UpdateCapacityProviderRequest>,
): Provider {
  refuseManagedInstances(request);
  if (!request.autoScalingGroupProvider) {
    throw clientError('autoScalingGroupProvider should not be null or empty.');
  }
  return completed(current, request.autoScalingGroupProvider);
}

function refuseManagedInstances(request: {
  readonly managedInstancesProvider?: unknown;
  readonly cluster?: string | undefined;
}): void {
  if (request.managedInstancesProvider !== undefined) {
    throw unsupported('Local AWS does not have Amazon ECS Managed Instances (managedInstancesProvider).');
  }
  if (request.cluster !== undefined) {
    throw invalid('cluster can only be specified for Amazon ECS Managed Instances capacity providers.');
  }
}

function completed(current: Provider, change: Wire<AutoScalingGroupProviderUpdate>): Provider {
  const provider = {
    managedTerminationProtection: 'DISABLED',
    managedDraining: 'ENABLED',
    ...current,
    ...(change.managedTerminationProtection === undefined
      ? {}
      : { managedTerminationProtection: change.managedTerminationProtection }),
    ...(change.managedDraining === undefined ? {} : { managedDraining: change.managedDraining }),
    managedScaling: {
      // With a scaling of one's own, leaving out its status means ENABLED; without any it is DISABLED.
      status: change.managedScaling ? 'ENABLED' : 'DISABLED',
      targetCapacity: 100,
      minimumScalingStepSize: 1,
      maximumScalingStepSize: 10_000,
      instanceWarmupPeriod: 300,
      ...current.managedScaling,
      ...change.managedScaling,
    },
  };
  checkScaling(provider);
  return provider;
}

function checkScaling({ managedScaling, managedTerminationProtection }: Provider): void {
  const bounds = [
    ['targetCapacity', managedScaling?.targetCapacity, 1, 100],
    ['minimumScalingStepSize', managedScaling?.minimumScalingStepSize, 1, 10_000],
    ['maximumScalingStepSize', managedScaling?.maximumScalingStepSize, 1, 10_000],
    ['instanceWarmupPeriod', managedScaling?.instanceWarmupPeriod, 0, 10_000],
  ] as const;
  for (const [member, value, least, greatest] of bounds) {
    if (value !== undefined && (value < least || value > greatest)) {
      throw clientError(`The managed scaling ${member} must be between ${least} and ${greatest}.`);
    }
  }
  if ((managedScaling?.minimumScalingStepSize ?? 1) > (managedScaling?.maximumScalingStepSize ?? 10_000)) {
    throw clientError(
      'The minimum scaling step size must not be greater than the maximum scaling step size.',
    );
  }
  if (managedTerminationProtection === 'ENABLED' && managedScaling?.status !== 'ENABLED') {
    throw clientError(
      'The managed termination protection setting for the capacity provider is invalid. To enable managed termination ' +
        'protection for a capacity provider, managed scaling must be enabled.',
    );
  }
}
