import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../support/service.ts';
import { type DiscoveryContext, newId, noteOperation } from './context.ts';
import {
  type DiscoveryService,
  type InstanceHealth,
  instanceKey,
  instancesOf,
  type Namespace,
  servicesIn,
} from './model.ts';
import { deregister, register, setHealth } from './registrations.ts';

/** What ECS needs of Cloud Map; all of it may be repeated. */
export interface Registry {
  /** A service by its ARN; undefined when it is not there. */
  find(serviceArn: string): RegistryService | undefined;
  /** Undefined when it is done, otherwise why not: the service's records may have come to need what is not given. */
  register(
    serviceArn: string,
    instanceId: string,
    attributes: Readonly<Record<string, string>>,
  ): string | undefined;
  deregister(serviceArn: string, instanceId: string): void;
  setHealth(serviceArn: string, instanceId: string, health: InstanceHealth): void;
  /** A namespace by its ARN or name. */
  namespace(reference: string): { readonly arn: string; readonly name: string } | undefined;
  /** The HTTP namespace of this name, made when it is not there. */
  ensureNamespace(name: string): { readonly arn: string; readonly name: string };
  /** The API-only service of this name in a namespace, made when it is not there; its ARN. */
  ensureService(namespaceArn: string, name: string): string;
  /** Where the healthy instances of a service are; all of them when none is healthy. */
  endpoints(serviceArn: string): readonly { readonly address: string; readonly port: number }[];
}

export interface RegistryService {
  /** The types of its DNS records. */
  readonly records: readonly string[];
  readonly hasCustomHealth: boolean;
}

export function createRegistry(context: DiscoveryContext): Registry {
  const { tables } = context;
  const serviceOf = (arn: string) => {
    const found = tables.services.get(arn.slice(arn.lastIndexOf('/') + 1));
    return found?.arn === arn ? found : undefined;
  };
  const namespace = (reference: string) =>
    [...tables.namespaces.values()].find(({ arn, name }) => arn === reference || name === reference);
  return {
    find(arn) {
      const service = serviceOf(arn);
      if (!service) return undefined;
      const records = (service.dns?.records ?? []).map(({ type }) => type);
      return { records, hasCustomHealth: service.hasCustomHealth };
    },
    register(arn, instanceId, attributes) {
      const service = serviceOf(arn);
      if (!service) return `the service registry ${arn} does not exist`;
      const known = tables.instances.get(instanceKey(service.id, instanceId));
      if (known && isSame(known.attributes, attributes)) return undefined;
      try {
        register(tables, service, instanceId, attributes);
        return undefined;
      } catch (error) {
        if (error instanceof AwsError) return error.message;
        throw error;
      }
    },
    deregister(arn, instanceId) {
      const service = serviceOf(arn);
      if (service) deregister(tables, service.id, instanceId);
    },
    setHealth(arn, instanceId, health) {
      const service = serviceOf(arn);
      if (service?.hasCustomHealth) setHealth(tables, service.id, instanceId, health);
    },
    namespace,
    ensureNamespace: (name) => namespace(name) ?? httpNamespace(context, name),
    ensureService(namespaceArn, name) {
      const owner = namespace(namespaceArn);
      const known = owner && servicesIn(tables, owner.id).find((service) => service.name === name);
      return known?.arn ?? apiService(context, owner?.id ?? '', name).arn;
    },
    endpoints(arn) {
      const service = serviceOf(arn);
      const all = service ? instancesOf(tables, service.id) : [];
      const healthy = all.filter(({ health }) => health === 'HEALTHY');
      return (healthy.length > 0 ? healthy : all).flatMap(({ attributes }) => {
        const { AWS_INSTANCE_IPV4: address, AWS_INSTANCE_PORT: port } = attributes;
        return address === undefined || port === undefined ? [] : [{ address, port: Number(port) }];
      });
    },
  };
}

/** How an instance began does not matter once it is there. */
function isSame(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const { AWS_INIT_HEALTH_STATUS: _one, ...mine } = one;
  const { AWS_INIT_HEALTH_STATUS: _other, ...theirs } = other;
  return isDeepStrictEqual(mine, theirs);
}

function httpNamespace(context: DiscoveryContext, name: string): Namespace {
  const id = newId('ns-');
  const created: Namespace = {
    id,
    arn: `${context.arnPrefix}namespace/${id}`,
    name,
    type: 'HTTP',
    soaTtlSeconds: 15,
    operationId: noteOperation(context, 'CREATE_NAMESPACE', { NAMESPACE: id }).id,
    createdAt: context.clock.now(),
  };
  context.tables.namespaces.put(id, created);
  return created;
}

function apiService(context: DiscoveryContext, namespaceId: string, name: string): DiscoveryService {
  const id = newId('srv-');
  const created: DiscoveryService = {
    id,
    arn: `${context.arnPrefix}service/${id}`,
    namespaceId,
    name,
    hasCustomHealth: true,
    attributes: {},
    revision: 1,
    createdAt: context.clock.now(),
  };
  context.tables.services.put(id, created);
  return created;
}
