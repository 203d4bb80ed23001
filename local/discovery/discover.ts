import { z } from 'zod';
import { action, type DiscoveryContext, type Run } from './context.ts';
import { namespaceNotFound, serviceNotFound } from './errors.ts';
import { attributes } from './input.ts';
import { type DiscoveryService, type Instance, instancesOf, servicesIn } from './model.ts';

const place = { NamespaceName: z.string().min(1).max(1024), ServiceName: z.string().min(1).max(127) };
const discoverInput = z.object({
  ...place,
  MaxResults: z.int().min(1).max(1000).default(100),
  QueryParameters: attributes.default({}),
  OptionalParameters: attributes.default({}),
  HealthStatus: z.enum(['HEALTHY', 'UNHEALTHY', 'ALL', 'HEALTHY_OR_ELSE_ALL']).default('HEALTHY'),
});

function named({ tables }: DiscoveryContext, names: { NamespaceName: string; ServiceName: string }) {
  const namespace = [...tables.namespaces.values()].find(({ name }) => name === names.NamespaceName);
  if (!namespace) throw namespaceNotFound(names.NamespaceName);
  const service = servicesIn(tables, namespace.id).find(({ name }) => name === names.ServiceName);
  if (!service) throw serviceNotFound(names.ServiceName);
  return service;
}

function matching(instances: readonly Instance[], wanted: Readonly<Record<string, string>>): Instance[] {
  const pairs = Object.entries(wanted);
  return instances.filter(({ attributes: own }) => pairs.every(([key, value]) => own[key] === value));
}

type HealthFilter = z.output<typeof discoverInput>['HealthStatus'];

/** Health is only asked for where the service has a health check. */
function withHealth(service: DiscoveryService, instances: readonly Instance[], filter: HealthFilter) {
  if (!service.hasCustomHealth || filter === 'ALL') return instances;
  const wanted = filter === 'UNHEALTHY' ? 'UNHEALTHY' : 'HEALTHY';
  const passing = instances.filter(({ health }) => health === wanted);
  return filter === 'HEALTHY_OR_ELSE_ALL' && passing.length === 0 ? instances : passing;
}

export const discoverActions: Readonly<Record<string, Run>> = {
  DiscoverInstances: action(discoverInput, (context, input) => {
    const service = named(context, input);
    const required = matching(instancesOf(context.tables, service.id), input.QueryParameters);
    const preferred = matching(required, input.OptionalParameters);
    const found = withHealth(service, preferred.length > 0 ? preferred : required, input.HealthStatus);
    const Instances = found.slice(0, input.MaxResults).map((instance) => ({
      InstanceId: instance.id,
      NamespaceName: input.NamespaceName,
      ServiceName: service.name,
      HealthStatus: service.hasCustomHealth ? instance.health : 'UNKNOWN',
      Attributes: instance.attributes,
    }));
    return { Instances, InstancesRevision: service.revision };
  }),

  DiscoverInstancesRevision: action(z.object(place), (context, input) => ({
    InstancesRevision: named(context, input).revision,
  })),
};
