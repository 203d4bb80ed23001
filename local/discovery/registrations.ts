import { isIPv4, isIPv6 } from 'node:net';
import { invalidInput } from './errors.ts';
import {
  type DiscoveryService,
  type Instance,
  type InstanceHealth,
  instanceKey,
  type RecordType,
  type Tables,
} from './model.ts';

/** What an instance must say of itself so that its service's records can be made. */
const needs: Readonly<Record<RecordType, (given: Readonly<Record<string, string>>) => string | undefined>> = {
  A: ({ AWS_INSTANCE_IPV4: address }) =>
    address !== undefined && isIPv4(address) ? undefined : 'AWS_INSTANCE_IPV4 must be an IPv4 address',
  AAAA: ({ AWS_INSTANCE_IPV6: address }) =>
    address !== undefined && isIPv6(address) ? undefined : 'AWS_INSTANCE_IPV6 must be an IPv6 address',
  CNAME: ({ AWS_INSTANCE_CNAME: name }) => (name ? undefined : 'AWS_INSTANCE_CNAME must be given'),
  SRV: ({ AWS_INSTANCE_PORT: port }) =>
    port !== undefined && /^\d{1,5}$/.test(port) && Number(port) <= 65_535
      ? undefined
      : 'AWS_INSTANCE_PORT must be a port',
};

/** Registers an instance, or replaces its attributes; throws an InvalidInput when one is missing or wrong. */
export function register(
  tables: Tables,
  service: DiscoveryService,
  instanceId: string,
  given: Readonly<Record<string, string>>,
  creatorRequestId?: string,
): void {
  for (const { type } of service.dns?.records ?? []) {
    const problem = needs[type](given);
    if (problem) throw invalidInput(`${problem}: the service has ${type} records.`);
  }
  const { AWS_INIT_HEALTH_STATUS: initial } = given;
  if (initial !== undefined && !service.hasCustomHealth) {
    throw invalidInput('AWS_INIT_HEALTH_STATUS needs a service with HealthCheckCustomConfig.');
  }
  if (initial !== undefined && initial !== 'HEALTHY' && initial !== 'UNHEALTHY') {
    throw invalidInput('AWS_INIT_HEALTH_STATUS must be HEALTHY or UNHEALTHY.');
  }
  const key = instanceKey(service.id, instanceId);
  const instance: Instance = {
    id: instanceId,
    serviceId: service.id,
    attributes: given,
    health: initial === 'UNHEALTHY' ? 'UNHEALTHY' : 'HEALTHY',
    ...(creatorRequestId === undefined ? {} : { creatorRequestId }),
  };
  tables.instances.put(key, instance);
  touch(tables, service.id);
}

/** True when the instance was there. */
export function deregister(tables: Tables, serviceId: string, instanceId: string): boolean {
  const key = instanceKey(serviceId, instanceId);
  if (!tables.instances.has(key)) return false;
  tables.instances.delete(key);
  touch(tables, serviceId);
  return true;
}

/** Does nothing when the instance is gone, or already so. */
export function setHealth(
  tables: Tables,
  serviceId: string,
  instanceId: string,
  health: InstanceHealth,
): void {
  const key = instanceKey(serviceId, instanceId);
  const before = tables.instances.get(key);
  if (!before || before.health === health) return;
  tables.instances.put(key, { ...before, health });
  touch(tables, serviceId);
}

function touch(tables: Tables, serviceId: string): void {
  const service = tables.services.get(serviceId);
  if (service) tables.services.put(serviceId, { ...service, revision: service.revision + 1 });
}
