import type { Journal, Table } from '../support/journal.ts';

/** What Cloud Map keeps in the journal. Records are replaced, never changed; times are epoch milliseconds. */
export interface Namespace {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly type: 'HTTP' | 'DNS_PRIVATE' | 'DNS_PUBLIC';
  readonly description?: string;
  readonly vpcId?: string;
  /** How long that a name is not there may be remembered. */
  readonly soaTtlSeconds: number;
  readonly hostedZoneId?: string;
  readonly creatorRequestId?: string;
  /** The operation that made it. */
  readonly operationId: string;
  readonly createdAt: number;
}

export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'SRV';

export interface DiscoveryService {
  readonly id: string;
  readonly arn: string;
  readonly namespaceId: string;
  readonly name: string;
  readonly description?: string;
  /** Undefined when names are only found by DiscoverInstances. */
  readonly dns?: {
    readonly routing: 'MULTIVALUE' | 'WEIGHTED';
    readonly records: readonly { readonly type: RecordType; readonly ttlSeconds: number }[];
  };
  /** Whether `UpdateInstanceCustomHealthStatus` says how instances are. */
  readonly hasCustomHealth: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  /** Grows with every change of its instances. */
  readonly revision: number;
  readonly creatorRequestId?: string;
  readonly createdAt: number;
}

export interface Instance {
  readonly id: string;
  readonly serviceId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly health: InstanceHealth;
  readonly creatorRequestId?: string;
}

export type InstanceHealth = 'HEALTHY' | 'UNHEALTHY';

/** Cloud Map answers many calls with the id of an operation; here each has ended when it is answered. */
export interface Operation {
  readonly id: string;
  readonly type:
    | 'CREATE_NAMESPACE'
    | 'DELETE_NAMESPACE'
    | 'UPDATE_NAMESPACE'
    | 'UPDATE_SERVICE'
    | 'REGISTER_INSTANCE'
    | 'DEREGISTER_INSTANCE';
  readonly targets: Readonly<Partial<Record<'NAMESPACE' | 'SERVICE' | 'INSTANCE', string>>>;
  readonly createdAt: number;
}

export interface Tables {
  readonly namespaces: Table<Namespace>;
  readonly services: Table<DiscoveryService>;
  /** By `instanceKey`. */
  readonly instances: Table<Instance>;
  readonly operations: Table<Operation>;
  /** Tags by the ARN of what bears them. */
  readonly tags: Table<Readonly<Record<string, string>>>;
}

export function openTables(journal: Journal): Tables {
  return {
    namespaces: journal.table('discovery.namespaces'),
    services: journal.table('discovery.services'),
    instances: journal.table('discovery.instances'),
    operations: journal.table('discovery.operations'),
    tags: journal.table('discovery.tags'),
  };
}

export function instanceKey(serviceId: string, instanceId: string): string {
  return `${serviceId}/${instanceId}`;
}

export function servicesIn(tables: Tables, namespaceId: string): DiscoveryService[] {
  return [...tables.services.values()].filter((service) => service.namespaceId === namespaceId);
}

export function instancesOf(tables: Tables, serviceId: string): Instance[] {
  return [...tables.instances.values()].filter((instance) => instance.serviceId === serviceId);
}
