import {
  type DiscoveryService,
  type Instance,
  instancesOf,
  type Namespace,
  type RecordType,
  servicesIn,
  type Tables,
} from '../model.ts';

/** What is said of a name. */
export type Looked =
  | {
      readonly kind: 'found';
      readonly records: readonly FoundRecord[];
      readonly additional: readonly FoundRecord[];
    }
  /** The name is there, but has no record of the type. */
  | { readonly kind: 'no-data'; readonly zone: Namespace | undefined }
  | { readonly kind: 'no-name'; readonly zone: Namespace }
  /** Nothing that this server knows of. */
  | { readonly kind: 'elsewhere' };

export interface FoundRecord {
  readonly name: string;
  readonly type: RecordType;
  readonly ttlSeconds: number;
  readonly data: string | { readonly port: number; readonly target: string };
}

/** A name that is not Cloud Map's: Service Connect's `dnsName`, for example. */
export interface Alias {
  readonly name: string;
  readonly endpoints: readonly { readonly address: string; readonly port: number }[];
}

export interface Zones {
  readonly tables: Tables;
  aliases(): readonly Alias[];
  /** From 0 up to, but not including `below`. */
  random(below: number): number;
}

const mostAnswers = 8;
const aliasTtlSeconds = 5;

/** Looks up a name, which is in lower case and ends without a dot. */
export function lookUp(zones: Zones, name: string, type: string): Looked {
  const alias = zones.aliases().find((one) => one.name.toLowerCase() === name);
  if (alias) return aliasRecords(alias, type);
  if (name === 'localhost' || name.endsWith('.localhost')) {
    const here = { name, type: 'A', ttlSeconds: aliasTtlSeconds, data: '127.0.0.1' } as const;
    return type === 'A' ? found([here]) : { kind: 'no-data', zone: undefined };
  }
  const zone = zoneOf(zones.tables, name);
  return zone ? inZone(zones, zone, name, type) : { kind: 'elsewhere' };
}

const found = (records: readonly FoundRecord[], additional: readonly FoundRecord[] = []): Looked => ({
  kind: 'found',
  records,
  additional,
});

function aliasRecords({ name, endpoints }: Alias, type: string): Looked {
  const ttlSeconds = aliasTtlSeconds;
  if (type === 'A') {
    const addresses = [...new Set(endpoints.map(({ address }) => address))];
    if (addresses.length > 0) return found(addresses.map((data) => ({ name, type: 'A', ttlSeconds, data })));
  }
  if (type === 'SRV' && endpoints.length > 0) {
    const hostOf = (address: string) => `${address.replaceAll('.', '-')}.${name}`;
    return found(
      endpoints.map(({ address, port }) => ({
        ...{ name, type: 'SRV' as const, ttlSeconds },
        data: { port, target: hostOf(address) },
      })),
      endpoints.map(({ address }) => ({ name: hostOf(address), type: 'A', ttlSeconds, data: address })),
    );
  }
  return { kind: 'no-data', zone: undefined };
}

/** The namespace with the longest name that ends this one. */
function zoneOf(tables: Tables, name: string): Namespace | undefined {
  return [...tables.namespaces.values()]
    .filter(({ type, name: zone }) => type !== 'HTTP' && isWithin(name, zone.toLowerCase()))
    .sort((one, other) => other.name.length - one.name.length)[0];
}

const isWithin = (name: string, zone: string) => name === zone || name.endsWith(`.${zone}`);

function inZone(zones: Zones, zone: Namespace, name: string, type: string): Looked {
  if (name === zone.name.toLowerCase()) return { kind: 'no-data', zone };
  let isAbove = false;
  for (const service of servicesIn(zones.tables, zone.id)) {
    if (!service.dns) continue;
    const host = `${service.name}.${zone.name}`.toLowerCase();
    const instances = instancesOf(zones.tables, service.id);
    // Records come with the first instance and go with the last.
    if (instances.length === 0) continue;
    if (name === host) return serviceRecords(zones, { zone, service, host, instances }, type);
    if (name.endsWith(`.${host}`)) {
      const one = instances.find(({ id }) => `${id}.${host}`.toLowerCase() === name);
      if (one && hasType(service, 'SRV')) return hostRecords(service, one, host, type, zone);
    }
    isAbove ||= host.endsWith(`.${name}`);
  }
  return { kind: isAbove ? 'no-data' : 'no-name', zone };
}

interface Named {
  readonly zone: Namespace;
  readonly service: DiscoveryService;
  readonly host: string;
  readonly instances: readonly Instance[];
}

const hasType = (service: DiscoveryService, type: RecordType) =>
  service.dns?.records.some((record) => record.type === type) ?? false;

function serviceRecords(zones: Zones, { zone, service, host, instances }: Named, type: string): Looked {
  const configured =
    service.dns?.records.find((record) => record.type === type) ??
    service.dns?.records.find((record) => record.type === 'CNAME');
  if (!configured) return { kind: 'no-data', zone };
  const chosen = chosenOf(zones, service, instances);
  const records = chosen.flatMap((one) => recordOf(configured, one, host));
  const additional =
    configured.type === 'SRV' ? chosen.flatMap((one) => addressesOf(service, one, host)) : [];
  return records.length > 0 ? found(records, additional) : { kind: 'no-data', zone };
}

/** Up to eight healthy ones, or one under WEIGHTED, in a random order; when none is healthy, as if all were. */
function chosenOf(zones: Zones, service: DiscoveryService, instances: readonly Instance[]): Instance[] {
  const healthy = instances.filter(({ health }) => health === 'HEALTHY');
  const pool = [...(healthy.length > 0 ? healthy : instances)];
  const count = service.dns?.routing === 'WEIGHTED' ? 1 : mostAnswers;
  const chosen: Instance[] = [];
  while (chosen.length < count && pool.length > 0) {
    chosen.push(...pool.splice(zones.random(pool.length), 1));
  }
  return chosen;
}

function recordOf(
  { type, ttlSeconds }: { readonly type: RecordType; readonly ttlSeconds: number },
  { id, attributes }: Instance,
  host: string,
): FoundRecord[] {
  const made = (data: FoundRecord['data'] | undefined) =>
    data === undefined ? [] : [{ name: host, type, ttlSeconds, data }];
  switch (type) {
    case 'A':
      return made(attributes.AWS_INSTANCE_IPV4);
    case 'AAAA':
      return made(attributes.AWS_INSTANCE_IPV6);
    case 'CNAME':
      return made(attributes.AWS_INSTANCE_CNAME);
    case 'SRV':
      return made({ port: Number(attributes.AWS_INSTANCE_PORT), target: `${id}.${host}` });
  }
}

/** The addresses behind the targets of SRV records. */
function addressesOf(service: DiscoveryService, instance: Instance, host: string): FoundRecord[] {
  const ttlSeconds = service.dns?.records.find(({ type }) => type === 'SRV')?.ttlSeconds ?? aliasTtlSeconds;
  const name = `${instance.id}.${host}`;
  return (['A', 'AAAA'] as const).flatMap((type) => recordOf({ type, ttlSeconds }, instance, name));
}

function hostRecords(
  service: DiscoveryService,
  instance: Instance,
  host: string,
  type: string,
  zone: Namespace,
): Looked {
  const records = addressesOf(service, instance, host).filter((record) => record.type === type);
  return records.length > 0 ? found(records) : { kind: 'no-data', zone };
}
