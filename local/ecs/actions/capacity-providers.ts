import type * as sdk from '@aws-sdk/client-ecs';
import { AwsError } from '../../support/service.ts';
import { isArn } from '../arns.ts';
import type { CapacityProviderRecord } from '../clusters/capacity-provider.ts';
import type { EcsContext } from '../context.ts';
import { clientError, invalid } from '../errors.ts';
import { page } from '../paging.ts';
import { acceptProvider, acceptProviderUpdate, checkProviderName } from '../validation/capacity-provider.ts';
import { checkTags, isFargateProvider } from '../validation/common.ts';
import type { Wire } from '../wire.ts';
import { type ActionContext, type Actions, action } from './action.ts';
import { capacityProviderNameOf } from './lookup.ts';

const fargateProviders = ['FARGATE', 'FARGATE_SPOT'];
const pageCeiling = 10;

type View = Wire<sdk.CapacityProvider>;

export function capacityProviderActions(context: ActionContext): Actions {
  const { capacityProviders } = context.state;
  return {
    CreateCapacityProvider: action<sdk.CreateCapacityProviderRequest, sdk.CreateCapacityProviderResponse>(
      'CreateCapacityProvider',
      (input) => ({ capacityProvider: view(createProvider(context, input), true) }),
    ),
    DescribeCapacityProviders: action<
      sdk.DescribeCapacityProvidersRequest,
      sdk.DescribeCapacityProvidersResponse
    >('DescribeCapacityProviders', (input) => describeProviders(context, input)),
    UpdateCapacityProvider: action<sdk.UpdateCapacityProviderRequest, sdk.UpdateCapacityProviderResponse>(
      'UpdateCapacityProvider',
      (input) => {
        const record = activeProvider(context, input.name);
        const autoScalingGroup = acceptProviderUpdate(record.autoScalingGroup, input);
        const changed: CapacityProviderRecord = {
          ...record,
          autoScalingGroup,
          updateStatus: 'UPDATE_COMPLETE',
        };
        capacityProviders.put(record.name, changed);
        return { capacityProvider: view(changed) };
      },
    ),
    DeleteCapacityProvider: action<sdk.DeleteCapacityProviderRequest, sdk.DeleteCapacityProviderResponse>(
      'DeleteCapacityProvider',
      ({ capacityProvider }) => {
        const record = activeProvider(context, capacityProvider);
        refuseInUse(context, record);
        capacityProviders.put(record.name, {
          ...record,
          status: 'INACTIVE',
          updateStatus: 'DELETE_COMPLETE',
        });
        return { capacityProvider: view({ ...record, updateStatus: 'DELETE_IN_PROGRESS' }) };
      },
    ),
  };
}

function createProvider(
  context: ActionContext,
  input: Wire<sdk.CreateCapacityProviderRequest>,
): CapacityProviderRecord {
  const { name } = input;
  checkProviderName(name);
  if (context.state.capacityProviders.get(name)?.status === 'ACTIVE') {
    throw clientError(
      'The specified capacity provider already exists. To change the configuration of an existing capacity provider, ' +
        'update the capacity provider.',
    );
  }
  const record: CapacityProviderRecord = {
    name,
    arn: context.arns.capacityProvider(name),
    status: 'ACTIVE',
    updateStatus: 'CREATE_COMPLETE',
    autoScalingGroup: acceptProvider(input),
    tags: checkTags(input.tags),
  };
  context.state.capacityProviders.put(name, record);
  return record;
}

/** Deleted ones are still shown, INACTIVE, to whoever asks for them by name. */
function describeProviders(
  context: ActionContext,
  input: Wire<sdk.DescribeCapacityProvidersRequest>,
): Wire<sdk.DescribeCapacityProvidersResponse> {
  const { capacityProviders: references, include = [], nextToken, maxResults } = input;
  const records = [...context.state.capacityProviders.values()];
  const active = records.filter(({ status }) => status === 'ACTIVE').map(({ name }) => name);
  const failures: Wire<sdk.Failure>[] = [];
  const found: View[] = [];
  for (const reference of references?.length ? references : [...fargateProviders, ...active]) {
    const name = capacityProviderNameOf(context, reference) ?? '';
    const record = context.state.capacityProviders.get(name);
    if (isFargateProvider(name)) found.push(fargateView(context, name));
    else if (record) found.push(view(record, include.includes('TAGS')));
    else {
      const arn = isArn(reference) ? reference : context.arns.capacityProvider(reference);
      failures.push({ arn, reason: 'MISSING' });
    }
  }
  const query = ['DescribeCapacityProviders', references, include];
  const { items, nextToken: next } = page(found, ({ name }) => name ?? '', {
    query,
    nextToken,
    maxResults,
    limit: references?.length ? Math.max(pageCeiling, references.length) : pageCeiling,
  });
  return { capacityProviders: items, failures, nextToken: next };
}

function activeProvider(context: ActionContext, reference = ''): CapacityProviderRecord {
  const name = capacityProviderNameOf(context, reference) ?? '';
  if (isFargateProvider(name)) {
    throw invalid(
      'The FARGATE and FARGATE_SPOT capacity providers are reserved and cannot be changed or deleted.',
    );
  }
  const record = context.state.capacityProviders.get(name);
  if (record?.status !== 'ACTIVE') throw providerNotFound();
  return record;
}

function refuseInUse(context: ActionContext, record: CapacityProviderRecord): void {
  const cluster = [...context.state.clusters.values()].find(
    ({ status, capacityProviders }) => status === 'ACTIVE' && capacityProviders.includes(record.name),
  );
  if (!cluster) return;
  throw new AwsError(
    'ResourceInUseException',
    `The capacity provider cannot be deleted because it is associated with cluster: ${cluster.name}. Remove the ` +
      'capacity provider from the cluster and try again.',
  );
}

function fargateView(context: ActionContext, name: string): View {
  return {
    capacityProviderArn: context.arns.capacityProvider(name),
    name,
    status: 'ACTIVE',
    type: name,
    tags: [],
  };
}

function view(record: CapacityProviderRecord, includeTags = false): View {
  return {
    capacityProviderArn: record.arn,
    name: record.name,
    status: record.status,
    autoScalingGroupProvider: record.autoScalingGroup,
    updateStatus: record.updateStatus,
    tags: includeTags ? record.tags : [],
    type: 'EC2_AUTOSCALING',
  };
}

/** The names of capacity providers that are there, once each; ARNs are understood too. */
export function checkProviders(context: EcsContext, references: readonly string[]): readonly string[] {
  const names = references.map((reference) => {
    const name = capacityProviderNameOf(context, reference) ?? '';
    const isThere = isFargateProvider(name) || context.state.capacityProviders.get(name)?.status === 'ACTIVE';
    if (!isThere) throw providerNotFound();
    return name;
  });
  const unique = [...new Set(names)];
  if (unique.length > 20) throw invalid('A cluster can have at most 20 capacity providers.');
  return unique;
}

function providerNotFound(): AwsError {
  return invalid('The specified capacity provider was not found. Specify a valid name or ARN and try again.');
}
