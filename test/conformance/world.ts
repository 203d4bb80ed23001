import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ECSClient } from '@aws-sdk/client-ecs';
import { createDiscovery } from '../../local/discovery/discovery.ts';
import { type Bench, type BenchOptions, startBench } from '../../local/ecs/testing.ts';
import { createLogs } from '../../local/logs/logs.ts';
import { createMeters } from '../../local/metrics/meters/meters.ts';
import { createMetrics } from '../../local/metrics/metrics.ts';
import { createEndpoint } from '../../local/support/server.ts';
import { clientOptions, listening } from '../../local/testing.ts';
import { checked } from './answers.ts';

/** An ECS of one's own on a virtual clock, behind a real HTTP endpoint. */
export interface World extends Bench {
  readonly ecs: ECSClient;
  readonly cloudwatch: CloudWatchClient;
  readonly logs: CloudWatchLogsClient;
  readonly url: string;
  /** Measures tasks and services from now on. */
  measure(): void;
  close(): Promise<void>;
}

export async function startWorld(options: BenchOptions = {}): Promise<World> {
  let url = '';
  const bench = await startBench({ endpoint: () => url, ...options });
  const { journal, clock } = bench;
  const discovery = createDiscovery({ journal, clock, account: '000000000000', region: 'us-east-1' });
  const logged: string[] = [];
  const log = (line: string) => void logged.push(line);
  const place = { journal, clock, account: '000000000000', region: 'us-east-1' };
  const metrics = createMetrics({ ...place, publish: (event) => void bench.events.push(event) });
  const directory = mkdtempSync(join(tmpdir(), 'berth-conformance-'));
  const kept = createLogs({ directory, clock, told: metrics.extract });
  const meters = createMeters({
    ...{ clock, runtime: bench.runtime, measured: metrics.measured, log },
    ecs: { ...bench.engine.state, liveTasks: bench.engine.liveTasks },
    loadBalancer: { measured: () => [] },
  });
  const server = createEndpoint({
    services: [
      checked(bench.engine.service, (fault) => void logged.push(fault)),
      discovery.service,
      metrics.service,
      kept.service,
    ],
    routes: [bench.engine.taskRoute],
    flush: bench.journal.flush,
    log: (line) => void logged.push(line),
  });
  server.on('upgrade', bench.engine.sessions.upgrade);
  url = await listening(server, 0);
  const ecs = new ECSClient(clientOptions(url));
  const cloudwatch = new CloudWatchClient(clientOptions(url));
  const logs = new CloudWatchLogsClient(clientOptions(url));
  return {
    ...bench,
    ecs,
    cloudwatch,
    logs,
    url,
    measure() {
      metrics.start();
      meters.start();
    },
    async close() {
      ecs.destroy();
      cloudwatch.destroy();
      logs.destroy();
      meters.stop();
      metrics.stop();
      kept.close();
      rmSync(directory, { recursive: true, force: true });
      bench.engine.sessions.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await bench.engine.stop();
      bench.journal.close();
      if (logged.length > 0) throw new Error(`Local AWS logged failures:\n${logged.join('\n')}`);
    },
  };
}
