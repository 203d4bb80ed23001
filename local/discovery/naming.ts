import type { Clock } from '../support/clock.ts';
import type { Journal } from '../support/journal.ts';
import type { AwsService } from '../support/service.ts';
import { createDiscovery } from './discovery.ts';
import { createDns } from './dns/dns.ts';
import type { Alias } from './dns/zones.ts';
import type { Registry } from './registry.ts';
import { createRelays } from './relay.ts';

/** How tasks are found: Cloud Map, the DNS server that answers for it, and the ways of Service Connect. */
export interface Naming {
  /** Cloud Map's API. */
  readonly service: AwsService;
  readonly registry: Registry;
  /** Where tasks reach the instances of a Cloud Map service, as `address:port`; undefined when they cannot. */
  connectAddress(serviceArn: string): Promise<string | undefined>;
  /** The DNS server's, for example `127.0.0.1:4753`; undefined while it is not running. */
  dnsAddress(): string | undefined;
  /** Rejects when the DNS port that was asked for is taken. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Closes the ways that are open, before everything is emptied. */
  forget(): Promise<void>;
}

export function createNaming(options: {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
  /** Undefined for the usual one, or any when that is taken. */
  readonly dnsPort: number | undefined;
  /** The address of this machine that tasks reach. */
  hostAddress(): Promise<string | undefined>;
  /** The names of Service Connect. */
  names(): readonly Alias[];
  log(line: string): void;
}): Naming {
  const { journal, dnsPort, hostAddress, names, log } = options;
  const { service, registry, tables } = createDiscovery(options);
  const dns = createDns({ port: dnsPort, tables, names });
  const relays = createRelays({ journal, hostAddress, endpoints: registry.endpoints, log });
  return {
    service,
    registry,
    connectAddress: relays.addressOf,
    dnsAddress: dns.address,
    async start() {
      await dns.start();
      await relays.start();
    },
    async stop() {
      await dns.stop();
      await relays.stop();
    },
    forget: relays.stop,
  };
}
