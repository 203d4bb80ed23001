import type { NetworkConfiguration, Service } from '@aws-sdk/client-ecs';
import type { Environment } from '../../contract/environment.ts';
import type { Target } from '../../services/model.ts';

/** Where the service's tasks are: in the environment's subnets, or where a release was found that was taken over. */
export function networkWanted({ settings }: Target, environment: Environment): NetworkConfiguration {
  const { subnets, securityGroups, publicIp } = settings.found?.network ?? {
    ...environment,
    publicIp: false,
  };
  return {
    awsvpcConfiguration: {
      subnets: [...subnets],
      securityGroups: [...securityGroups],
      assignPublicIp: publicIp ? 'ENABLED' : 'DISABLED',
    },
  };
}

/** Where no security group is wanted, whichever ECS gave is as good. */
export function isInNetwork(
  { networkConfiguration }: Service,
  { awsvpcConfiguration: wanted }: NetworkConfiguration,
) {
  const is = networkConfiguration?.awsvpcConfiguration;
  const groups = wanted?.securityGroups ?? [];
  return (
    !is ||
    (sameSet(is.subnets, wanted?.subnets) &&
      (groups.length === 0 || sameSet(is.securityGroups, groups)) &&
      (is.assignPublicIp ?? 'DISABLED') === wanted?.assignPublicIp)
  );
}

const sameSet = (one: readonly string[] = [], other: readonly string[] = []) =>
  [...one].sort().join() === [...other].sort().join();
