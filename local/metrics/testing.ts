import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CloudWatchClient, type CloudWatchClientConfig } from '@aws-sdk/client-cloudwatch';
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import type { ServiceEvent } from '../events/model.ts';
import { VirtualClock } from '../support/clock.ts';
import { type Journal, openJournal } from '../support/journal.ts';
import { createEndpoint } from '../support/server.ts';
import { createMetrics, type Metrics } from './metrics.ts';

export const protocols = ['json', 'cbor', 'query'] as const;

type Protocol = (typeof protocols)[number];

/** CloudWatch behind HTTP on a virtual clock, for tests. */
export interface MetricsBench {
  readonly clock: VirtualClock;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly events: readonly ServiceEvent[];
  readonly endpoint: string;
  client(protocol?: Protocol): CloudWatchClient;
  /** Another CloudWatch on the same journal. */
  restarted(): Metrics;
  close(): Promise<void>;
}

/** The bench's present, to begin with. */
export const startMs = Date.parse('2026-11-23T10:00:00.000Z');

export async function startMetricsBench(): Promise<MetricsBench> {
  const clock = new VirtualClock(startMs);
  const journal = openJournal();
  const events: ServiceEvent[] = [];
  const create = () =>
    createMetrics({
      ...{ journal, clock, account: '000000000000', region: 'us-east-1' },
      publish: (event) => void events.push(event),
    });
  const metrics = create();
  metrics.start();
  const server = createEndpoint({
    services: [metrics.service],
    routes: [],
    flush: journal.flush,
    log: (line) => console.error(line),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients: CloudWatchClient[] = [];
  return {
    ...{ clock, journal, metrics, events, endpoint },
    client(protocol = 'json') {
      const client = new CloudWatchClient({
        ...{ endpoint, region: 'us-east-1', maxAttempts: 1 },
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        ...protocolOf(protocol),
      });
      clients.push(client);
      return client;
    },
    restarted() {
      metrics.stop();
      const next = create();
      next.start();
      return next;
    },
    async close() {
      for (const client of clients) client.destroy();
      metrics.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function protocolOf(
  protocol: Protocol,
): Pick<CloudWatchClientConfig, 'protocol' | 'disableRequestCompression'> {
  // The SDK compresses a CBOR body after it has told its length, and then sends less than it said.
  if (protocol === 'cbor') return { protocol: AwsSmithyRpcV2CborProtocol, disableRequestCompression: true };
  return protocol === 'query' ? { protocol: AwsQueryProtocol } : {};
}
