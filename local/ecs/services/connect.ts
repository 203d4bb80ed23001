import type { ServiceConnectConfiguration } from '@aws-sdk/client-ecs';
import type { EcsContext } from '../context.ts';
import { invalid, namespaceNotFound, unsupported } from '../errors.ts';
import type {
  ClusterRecord,
  ConnectOffer,
  ConnectRecord,
  DefinitionRecord,
  RevisionRecord,
} from '../model.ts';
import type { Wire } from '../wire.ts';

type Configuration = Wire<ServiceConnectConfiguration>;
type Offered = NonNullable<Configuration['services']>[number];

/**
 * What a service offers and sees by Service Connect; undefined when it does neither. Its names get their place in
 * Cloud Map. Throws a NamespaceNotFoundException, an InvalidParameterException, or an UnsupportedFeatureException.
 */
export function acceptConnect(
  { registry }: Pick<EcsContext, 'registry'>,
  cluster: Pick<ClusterRecord, 'serviceConnectDefaults'>,
  definition: DefinitionRecord,
  configuration: Configuration | undefined,
): ConnectRecord | undefined {
  if (!configuration?.enabled) return undefined;
  const usual = cluster.serviceConnectDefaults?.namespace;
  const reference = configuration.namespace ?? usual;
  if (reference === undefined) {
    throw invalid('A namespace must be specified for Service Connect, or a default one for the cluster.');
  }
  const accepted = acceptOffers(definition, configuration.services ?? []);
  // ECS makes a cluster's default namespace with the cluster.
  const isUsual = reference === usual && !reference.startsWith('arn:');
  const namespace =
    registry.namespace(reference) ?? (isUsual ? registry.ensureNamespace(reference) : undefined);
  if (!namespace) throw namespaceNotFound();
  return {
    configuration,
    namespaceArn: namespace.arn,
    namespace: namespace.name,
    offers: accepted.map(({ clientAliases, ...offer }) => ({
      ...offer,
      discoveryArn: registry.ensureService(namespace.arn, offer.discoveryName),
      aliases: aliasesOf(`${offer.discoveryName}.${namespace.name}`, offer.containerPort, clientAliases),
    })),
  };
}

type Accepted = Omit<ConnectOffer, 'aliases' | 'discoveryArn'> & {
  readonly clientAliases: Offered['clientAliases'];
};

function acceptOffers({ definition }: DefinitionRecord, services: readonly Offered[]): Accepted[] {
  const accepted = services.map(({ portName, discoveryName = portName, clientAliases, tls }) => {
    if (tls) throw unsupported('Local AWS does not have TLS in Service Connect.');
    if ((clientAliases?.length ?? 0) > 1) throw invalid('At most one client alias can be specified.');
    const place = (definition.containerDefinitions ?? []).flatMap((container) =>
      (container.portMappings ?? [])
        .filter(({ name }) => name !== undefined && name === portName)
        .map(({ containerPort = 0 }) => ({ containerName: container.name ?? '', containerPort })),
    )[0];
    if (!place) throw invalid(`The portName ${portName} is not the name of a port of the task definition.`);
    return { portName: portName ?? '', discoveryName: discoveryName ?? '', ...place, clientAliases };
  });
  const names = accepted.map(({ discoveryName }) => discoveryName);
  if (new Set(names).size < names.length) throw invalid('Each discoveryName must be unique in a service.');
  const wrong = names.find((name) => !/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name));
  if (wrong !== undefined) {
    throw invalid(`The discoveryName ${wrong} must be lower-case letters, digits, underscores and hyphens.`);
  }
  return accepted;
}

function aliasesOf(usual: string, containerPort: number, aliases: Offered['clientAliases']) {
  const given = aliases?.length ? aliases : [{ port: containerPort, dnsName: usual }];
  return given.map(({ port = containerPort, dnsName = usual }) => ({ dnsName: dnsName.toLowerCase(), port }));
}

/** A name of Service Connect, and where its connections may go. */
export interface ConnectName {
  readonly namespaceArn: string;
  readonly dnsName: string;
  readonly port: number;
  /** The Cloud Map service whose instances stand behind it. */
  readonly discoveryArn: string;
  /** When a deployment first brought it, in epoch milliseconds. */
  readonly since: number;
}

/** All names that services offer at present. */
export function connectNames({ state }: Pick<EcsContext, 'state'>): ConnectName[] {
  const names: ConnectName[] = [];
  for (const service of state.services.values()) {
    if (service.status !== 'ACTIVE') continue;
    const offering = service.deployments.flatMap(({ revisionArn }) => state.revisions.get(revisionArn) ?? []);
    const all = state.revisions.of(service.key);
    for (const { connect } of offering) {
      for (const { aliases, discoveryArn } of connect?.offers ?? []) {
        for (const alias of aliases) {
          const since = firstOffer(all, alias);
          names.push({ ...alias, discoveryArn, namespaceArn: connect?.namespaceArn ?? '', since });
        }
      }
    }
  }
  return distinct(names);
}

/** When a revision of the service first had the alias. */
function firstOffer(
  revisions: readonly RevisionRecord[],
  { dnsName, port }: { dnsName: string; port: number },
) {
  const having = revisions.filter(({ connect }) =>
    connect?.offers.some(({ aliases }) =>
      aliases.some((one) => one.dnsName === dnsName && one.port === port),
    ),
  );
  return Math.min(...having.map(({ createdAt }) => createdAt));
}

/** Two deployments of a service offer the same names. */
function distinct(names: readonly ConnectName[]): ConnectName[] {
  const keyOf = ({ namespaceArn, dnsName, port }: ConnectName) => `${namespaceArn}|${dnsName}|${port}`;
  return [...new Map(names.map((name) => [keyOf(name), name])).values()];
}

/** A name as the DNS server answers it. */
export interface ServiceName {
  readonly name: string;
  readonly endpoints: readonly { readonly address: string; readonly port: number }[];
}

/** All names that services offer at present, with the addresses of their healthy tasks. */
export function serviceNames(context: Pick<EcsContext, 'state' | 'registry'>): ServiceName[] {
  return connectNames(context).map(({ dnsName, discoveryArn }) => ({
    name: dnsName,
    endpoints: context.registry.endpoints(discoveryArn),
  }));
}
