import type { Tables } from '../model.ts';
import { type DnsServer, startDnsServer } from './server.ts';
import type { Alias } from './zones.ts';

/** The DNS server of Local AWS: answers for Cloud Map's namespaces and for the names of Service Connect. */
export interface Dns {
  /** Rejects with the system's error when the port that was asked for is taken. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** For example `127.0.0.1:4753`; undefined while it is not running. */
  address(): string | undefined;
}

export const usualDnsPort = 4753;

export function createDns(options: {
  /** Undefined for the usual one, or any when that is taken. */
  readonly port: number | undefined;
  readonly tables: Tables;
  readonly names: () => readonly Alias[];
}): Dns {
  const { port, tables, names } = options;
  const zones = { tables, aliases: names, random: (below: number) => Math.floor(Math.random() * below) };
  let server: DnsServer | undefined;
  return {
    async start() {
      server =
        port === undefined
          ? await startDnsServer(usualDnsPort, zones).catch(() => startDnsServer(0, zones))
          : await startDnsServer(port, zones);
    },
    async stop() {
      await server?.close();
      server = undefined;
    },
    address: () => (server ? `127.0.0.1:${server.port}` : undefined),
  };
}
