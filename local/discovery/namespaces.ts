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
} from './context.ts';
import { inUse, invalidInput, tooMany } from './errors.ts';
import { creator, description, dnsName, filters, id, page, tagList } from './input.ts';
import { type Namespace, servicesIn } from './model.ts';
import { putTags } from './tags.ts';

const mostNamespaces = 500;
const defaultSoaSeconds = 15;

const soa = z
  .object({ DnsProperties: z.object({ SOA: z.object({ TTL: z.int().min(0).max(2_147_483_647) }) }) })
  .optional();
const common = { CreatorRequestId: creator, Description: description, Tags: tagList };
const httpName = z
  .string()
  .max(1024)
  .regex(/^[!-~]+$/);

const createHttp = z.object({ Name: httpName, ...common });
const createPublic = z.object({ Name: dnsName, ...common, Properties: soa });
const createPrivate = z.object({ Name: dnsName, Vpc: z.string().min(1).max(64), ...common, Properties: soa });

interface Wanted {
  readonly type: Namespace['type'];
  readonly name: string;
  readonly vpcId?: string;
  readonly soaTtlSeconds?: number | undefined;
  readonly input: z.output<typeof createHttp>;
}

/** The same request again is answered with the operation of the first one. */
function create(context: DiscoveryContext, { type, name, vpcId, soaTtlSeconds, input }: Wanted): object {
  const { tables, clock, arnPrefix } = context;
  const all = [...tables.namespaces.values()];
  const same = all.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (
    same &&
    same.type === type &&
    input.CreatorRequestId &&
    same.creatorRequestId === input.CreatorRequestId
  ) {
    return { OperationId: same.operationId };
  }
  if (same) {
    const fields = { CreatorRequestId: same.creatorRequestId ?? '', NamespaceId: same.id };
    throw new AwsError('NamespaceAlreadyExists', `Namespace with name ${name} already exists`, 400, fields);
  }
  if (all.length >= mostNamespaces) throw tooMany(`There are ${mostNamespaces} namespaces already.`);
  const namespaceId = newId('ns-');
  const operation = noteOperation(context, 'CREATE_NAMESPACE', { NAMESPACE: namespaceId });
  const created: Namespace = {
    id: namespaceId,
    arn: `${arnPrefix}namespace/${namespaceId}`,
    name,
    type,
    ...(input.Description === undefined ? {} : { description: input.Description }),
    ...(vpcId === undefined ? {} : { vpcId }),
    soaTtlSeconds: soaTtlSeconds ?? defaultSoaSeconds,
    ...(type === 'HTTP' ? {} : { hostedZoneId: newId('Z', 20).toUpperCase() }),
    ...(input.CreatorRequestId === undefined ? {} : { creatorRequestId: input.CreatorRequestId }),
    operationId: operation.id,
    createdAt: clock.now(),
  };
  tables.namespaces.put(created.id, created);
  putTags(tables, created.arn, input.Tags);
  return { OperationId: operation.id };
}

function shapeOf({ tables, account }: DiscoveryContext, namespace: Namespace) {
  const { hostedZoneId, soaTtlSeconds } = namespace;
  return {
    Id: namespace.id,
    Arn: namespace.arn,
    ResourceOwner: account,
    Name: namespace.name,
    Type: namespace.type,
    ...(namespace.description === undefined ? {} : { Description: namespace.description }),
    ServiceCount: servicesIn(tables, namespace.id).length,
    Properties: {
      ...(hostedZoneId ? { DnsProperties: { HostedZoneId: hostedZoneId, SOA: { TTL: soaTtlSeconds } } } : {}),
      HttpProperties: { HttpName: namespace.name },
    },
    CreateDate: namespace.createdAt / 1000,
  };
}

const changed = (extra: z.ZodRawShape) =>
  z.object({
    Id: id,
    UpdaterRequestId: creator,
    Namespace: z.object({ Description: description, ...extra }),
  });
const dnsChange = { Properties: soa };

function update(type: Namespace['type'], schema: ReturnType<typeof changed>): Run {
  return action(schema, (context, input) => {
    const before = namespaceOf(context, input.Id);
    if (before.type !== type)
      throw invalidInput(`Namespace ${before.id} is of type ${before.type}, not ${type}.`);
    const { Description, Properties } = input.Namespace as {
      readonly Description?: string;
      readonly Properties?: z.output<typeof soa>;
    };
    const seconds = Properties?.DnsProperties.SOA.TTL;
    context.tables.namespaces.put(before.id, {
      ...before,
      ...(Description === undefined ? {} : { description: Description }),
      ...(seconds === undefined ? {} : { soaTtlSeconds: seconds }),
    });
    return { OperationId: noteOperation(context, 'UPDATE_NAMESPACE', { NAMESPACE: before.id }).id };
  });
}

const listInput = z.object({ ...page, Filters: filters(['TYPE', 'NAME', 'HTTP_NAME', 'RESOURCE_OWNER']) });

type Filter = NonNullable<z.output<typeof listInput>['Filters']>[number];

function passes(namespace: Namespace, { Name, Values, Condition }: Filter): boolean {
  if (Name === 'RESOURCE_OWNER') return Values.includes('SELF');
  const value = Name === 'TYPE' ? namespace.type : namespace.name;
  return Condition === 'BEGINS_WITH' ? Values.some((one) => value.startsWith(one)) : Values.includes(value);
}

export const namespaceActions: Readonly<Record<string, Run>> = {
  CreateHttpNamespace: action(createHttp, (context, input) =>
    create(context, { type: 'HTTP', name: input.Name, input }),
  ),
  CreatePrivateDnsNamespace: action(createPrivate, (context, input) =>
    create(context, {
      type: 'DNS_PRIVATE',
      name: input.Name,
      vpcId: input.Vpc,
      soaTtlSeconds: input.Properties?.DnsProperties.SOA.TTL,
      input,
    }),
  ),
  CreatePublicDnsNamespace: action(createPublic, (context, input) =>
    create(context, {
      type: 'DNS_PUBLIC',
      name: input.Name,
      soaTtlSeconds: input.Properties?.DnsProperties.SOA.TTL,
      input,
    }),
  ),
  UpdateHttpNamespace: update('HTTP', changed({})),
  UpdatePrivateDnsNamespace: update('DNS_PRIVATE', changed(dnsChange)),
  UpdatePublicDnsNamespace: update('DNS_PUBLIC', changed(dnsChange)),

  GetNamespace: action(z.object({ Id: id }), (context, input) => ({
    Namespace: shapeOf(context, namespaceOf(context, input.Id)),
  })),

  ListNamespaces: action(listInput, (context, input) => {
    const wanted = [...context.tables.namespaces.values()].filter((namespace) =>
      (input.Filters ?? []).every((filter) => passes(namespace, filter)),
    );
    const { shown, ...rest } = pageOf(wanted, (namespace) => namespace.id, input);
    return { Namespaces: shown.map((namespace) => shapeOf(context, namespace)), ...rest };
  }),

  DeleteNamespace: action(z.object({ Id: id }), (context, input) => {
    const { tables } = context;
    const namespace = namespaceOf(context, input.Id);
    if (servicesIn(tables, namespace.id).length > 0) {
      throw inUse('Namespace has associated services. Delete the services before deleting the namespace.');
    }
    tables.namespaces.delete(namespace.id);
    tables.tags.delete(namespace.arn);
    return { OperationId: noteOperation(context, 'DELETE_NAMESPACE', { NAMESPACE: namespace.id }).id };
  }),
};
