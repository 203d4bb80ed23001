import { z } from 'zod';
import { AwsError } from '../support/service.ts';
import {
  action,
  type DiscoveryContext,
  namespaceOf,
  newId,
  noteOperation,
  pageOf,
  type Run,
  serviceOf,
} from './context.ts';
import { inUse, invalidInput } from './errors.ts';
import { attributes, creator, description, filters, id, page, serviceName, tagList } from './input.ts';
import { type DiscoveryService, instancesOf, type Namespace, servicesIn } from './model.ts';
import { putTags } from './tags.ts';

const dnsRecords = z
  .array(z.object({ Type: z.enum(['A', 'AAAA', 'CNAME', 'SRV']), TTL: z.int().min(0).max(2_147_483_647) }))
  .min(1)
  .max(4);
const dnsConfig = z.object({
  NamespaceId: id.optional(),
  RoutingPolicy: z.enum(['MULTIVALUE', 'WEIGHTED']).default('MULTIVALUE'),
  DnsRecords: dnsRecords,
});
const noHealthCheck = z
  .unknown()
  .refine(
    (given) => given === undefined || given === null,
    'Local AWS has HealthCheckCustomConfig, but no Route 53 health checks',
  )
  .optional();

const createInput = z.object({
  Name: serviceName,
  NamespaceId: id.optional(),
  CreatorRequestId: creator,
  Description: description,
  DnsConfig: dnsConfig.optional(),
  HealthCheckConfig: noHealthCheck,
  HealthCheckCustomConfig: z.object({ FailureThreshold: z.int().min(1).max(10).optional() }).optional(),
  Tags: tagList,
  Type: z.literal('HTTP').optional(),
});

type CreateInput = z.output<typeof createInput>;

/** The same request again answers with the service that it made. */
function create(context: DiscoveryContext, input: CreateInput): object {
  const { tables, clock, arnPrefix } = context;
  const reference = input.NamespaceId ?? input.DnsConfig?.NamespaceId;
  if (reference === undefined) throw invalidInput('NamespaceId must be given.');
  const namespace = namespaceOf(context, reference);
  const dns = dnsOf(namespace, input);
  const sameName = (other: DiscoveryService) => other.name.toLowerCase() === input.Name.toLowerCase();
  const same = servicesIn(tables, namespace.id).find(sameName);
  if (same && input.CreatorRequestId && same.creatorRequestId === input.CreatorRequestId) {
    return { Service: serviceShape(context, same) };
  }
  if (same) {
    const fields = {
      CreatorRequestId: same.creatorRequestId ?? '',
      ServiceId: same.id,
      ServiceArn: same.arn,
    };
    throw new AwsError('ServiceAlreadyExists', `Service already exists : ${same.id}`, 400, fields);
  }
  const serviceId = newId('srv-');
  const created: DiscoveryService = {
    id: serviceId,
    arn: `${arnPrefix}service/${serviceId}`,
    namespaceId: namespace.id,
    name: input.Name,
    ...(input.Description === undefined ? {} : { description: input.Description }),
    ...(dns ? { dns } : {}),
    hasCustomHealth: input.HealthCheckCustomConfig !== undefined,
    attributes: {},
    revision: 1,
    ...(input.CreatorRequestId === undefined ? {} : { creatorRequestId: input.CreatorRequestId }),
    createdAt: clock.now(),
  };
  tables.services.put(created.id, created);
  putTags(tables, created.arn, input.Tags);
  return { Service: serviceShape(context, created) };
}

function dnsOf(namespace: Namespace, input: CreateInput): DiscoveryService['dns'] {
  const config = input.DnsConfig;
  if (!config) return undefined;
  if (namespace.type === 'HTTP') throw invalidInput('DnsConfig cannot be given in an HTTP namespace.');
  if (input.Type === 'HTTP') throw invalidInput('DnsConfig cannot be given for a service of type HTTP.');
  const types = config.DnsRecords.map(({ Type }) => Type);
  if (new Set(types).size < types.length)
    throw invalidInput('Each type of DNS record can be given only once.');
  if (types.includes('CNAME')) {
    if (types.length > 1) throw invalidInput('CNAME cannot be combined with other DNS records.');
    if (config.RoutingPolicy !== 'WEIGHTED') throw invalidInput('CNAME needs the routing policy WEIGHTED.');
  }
  return { routing: config.RoutingPolicy, records: recordsOf(config.DnsRecords) };
}

function recordsOf(records: z.output<typeof dnsRecords>) {
  return records.map(({ Type, TTL }) => ({ type: Type, ttlSeconds: TTL }));
}

/** A service as GetService shows it; instances are counted. */
function serviceShape(context: DiscoveryContext, service: DiscoveryService) {
  const { tables, account } = context;
  const DnsRecords = service.dns?.records.map(({ type, ttlSeconds }) => ({ Type: type, TTL: ttlSeconds }));
  return {
    Id: service.id,
    Arn: service.arn,
    ResourceOwner: account,
    Name: service.name,
    NamespaceId: service.namespaceId,
    ...(service.description === undefined ? {} : { Description: service.description }),
    InstanceCount: instancesOf(tables, service.id).length,
    ...(service.dns
      ? { DnsConfig: { NamespaceId: service.namespaceId, RoutingPolicy: service.dns.routing, DnsRecords } }
      : {}),
    Type: service.dns ? 'DNS_HTTP' : 'HTTP',
    ...(service.hasCustomHealth ? { HealthCheckCustomConfig: { FailureThreshold: 1 } } : {}),
    CreateDate: service.createdAt / 1000,
    ...(service.creatorRequestId === undefined ? {} : { CreatorRequestId: service.creatorRequestId }),
    CreatedByAccount: account,
  };
}

const updateInput = z.object({
  Id: id,
  Service: z.object({
    Description: description,
    DnsConfig: z.object({ DnsRecords: dnsRecords }).optional(),
    HealthCheckConfig: noHealthCheck,
  }),
});

function update(context: DiscoveryContext, input: z.output<typeof updateInput>): object {
  const before = serviceOf(context, input.Id);
  const { Description, DnsConfig } = input.Service;
  if (DnsConfig && !before.dns) throw invalidInput('The service has no DnsConfig to be updated.');
  context.tables.services.put(before.id, {
    ...before,
    ...(Description === undefined ? {} : { description: Description }),
    ...(DnsConfig && before.dns ? { dns: { ...before.dns, records: recordsOf(DnsConfig.DnsRecords) } } : {}),
  });
  return { OperationId: noteOperation(context, 'UPDATE_SERVICE', { SERVICE: before.id }).id };
}

const ServiceId = id;
const listInput = z.object({ ...page, Filters: filters(['NAMESPACE_ID', 'RESOURCE_OWNER']) });

export const serviceActions: Readonly<Record<string, Run>> = {
  CreateService: action(createInput, create),
  UpdateService: action(updateInput, update),

  GetService: action(z.object({ Id: id }), (context, input) => ({
    Service: serviceShape(context, serviceOf(context, input.Id)),
  })),

  ListServices: action(listInput, (context, input) => {
    const inNamespaces = (input.Filters ?? []).filter(({ Name }) => Name === 'NAMESPACE_ID');
    const wanted = [...context.tables.services.values()].filter((service) =>
      inNamespaces.every(({ Values }) => Values.includes(service.namespaceId)),
    );
    const { shown, ...rest } = pageOf(wanted, (service) => service.id, input);
    return { Services: shown.map((service) => serviceShape(context, service)), ...rest };
  }),

  DeleteService: action(z.object({ Id: id }), (context, input) => {
    const service = serviceOf(context, input.Id);
    if (instancesOf(context.tables, service.id).length > 0) {
      throw inUse('Service contains registered instances; delete the instances before deleting the service');
    }
    context.tables.services.delete(service.id);
    context.tables.tags.delete(service.arn);
    return {};
  }),

  GetServiceAttributes: action(z.object({ ServiceId }), (context, input) => {
    const service = serviceOf(context, input.ServiceId);
    return {
      ServiceAttributes: {
        ServiceArn: service.arn,
        ResourceOwner: context.account,
        Attributes: service.attributes,
      },
    };
  }),

  UpdateServiceAttributes: action(z.object({ ServiceId, Attributes: attributes }), (context, input) => {
    const service = serviceOf(context, input.ServiceId);
    const all = { ...service.attributes, ...input.Attributes };
    if (Object.keys(all).length > 30) {
      throw new AwsError('ServiceAttributesLimitExceededException', 'A service has at most 30 attributes.');
    }
    context.tables.services.put(service.id, { ...service, attributes: all });
    return {};
  }),

  DeleteServiceAttributes: action(
    z.object({ ServiceId, Attributes: z.array(z.string().max(255)).min(1) }),
    (context, input) => {
      const service = serviceOf(context, input.ServiceId);
      const kept = Object.entries(service.attributes).filter(([key]) => !input.Attributes.includes(key));
      context.tables.services.put(service.id, { ...service, attributes: Object.fromEntries(kept) });
      return {};
    },
  ),
};
