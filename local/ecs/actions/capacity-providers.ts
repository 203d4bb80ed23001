import type * as sdk from '@aws-sdk/client-ecs';
import { unsupported } from '../errors.ts';
import { type ActionContext, type Actions, action } from './action.ts';

const knownProviders = ['FARGATE', 'FARGATE_SPOT'];

export function capacityProviderActions(context: ActionContext): Actions {
  return {
    DescribeCapacityProviders: action<
      sdk.DescribeCapacityProvidersRequest,
      sdk.DescribeCapacityProvidersResponse
    >('DescribeCapacityProviders', ({ capacityProviders = knownProviders }) => ({
      capacityProviders: capacityProviders
        .filter((name) => knownProviders.includes(name))
        .map((name) => ({
          capacityProviderArn: context.arns.capacityProvider(name),
          name,
          status: 'ACTIVE',
        })),
      failures: capacityProviders
        .filter((name) => !knownProviders.includes(name))
        .map((name) => ({ arn: context.arns.capacityProvider(name), reason: 'MISSING' })),
    })),
  };
}

/** Only Fargate's own capacity providers exist here; the names once each. */
export function checkProviders(names: readonly string[]): readonly string[] {
  const unknown = names.find((name) => !knownProviders.includes(name));
  if (unknown !== undefined) {
    throw unsupported(`Local AWS has the capacity providers FARGATE and FARGATE_SPOT, not ${unknown}.`);
  }
  return [...new Set(names)];
}
