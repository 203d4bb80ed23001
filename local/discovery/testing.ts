import { ServiceDiscovery } from '@aws-sdk/client-servicediscovery';
import { VirtualClock } from '../support/clock.ts';
import { type Journal, openJournal } from '../support/journal.ts';
import { createEndpoint } from '../support/server.ts';
import { clientOptions, listening } from '../testing.ts';
import { createDiscovery, type Discovery } from './discovery.ts';

/** Cloud Map behind a real endpoint, with the real SDK in front of it, for tests. */
export interface Bench {
  readonly map: ServiceDiscovery;
  readonly discovery: Discovery;
  readonly journal: Journal;
  /** A private DNS namespace `shop.local`; its id. */
  namespace(name?: string): Promise<string>;
  close(): Promise<void>;
}

export async function startBench(): Promise<Bench> {
  const journal = openJournal();
  const clock = new VirtualClock(Date.parse('2026-11-20T10:00:00.000Z'));
  const discovery = createDiscovery({ journal, clock, account: '000000000000', region: 'us-east-1' });
  const server = createEndpoint({
    services: [discovery.service],
    routes: [],
    flush: journal.flush,
    log: (line) => console.error(line),
  });
  const url = await listening(server, 0);
  // The data plane's host would be `data-127.0.0.1`, which no resolver knows.
  const map = new ServiceDiscovery({ ...clientOptions(url), disableHostPrefix: true });
  return {
    map,
    discovery,
    journal,
    async namespace(Name = 'shop.local') {
      const { OperationId } = await map.createPrivateDnsNamespace({ Name, Vpc: 'vpc-1' });
      const { Operation } = await map.getOperation({ OperationId });
      return Operation?.Targets?.NAMESPACE ?? '';
    },
    async close() {
      map.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
