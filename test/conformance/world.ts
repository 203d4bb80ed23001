import { ECSClient } from '@aws-sdk/client-ecs';
import { createDiscovery } from '../../local/discovery/discovery.ts';
import { type Bench, type BenchOptions, startBench } from '../../local/ecs/testing.ts';
import { createEndpoint } from '../../local/support/server.ts';
import { clientOptions, listening } from '../../local/testing.ts';
import { checked } from './answers.ts';

/** An ECS of one's own on a virtual clock, behind a real HTTP endpoint. */
export interface World extends Bench {
  readonly ecs: ECSClient;
  readonly url: string;
  close(): Promise<void>;
}

export async function startWorld(options: BenchOptions = {}): Promise<World> {
  let url = '';
  const bench = await startBench({ endpoint: () => url, ...options });
  const { journal, clock } = bench;
  const discovery = createDiscovery({ journal, clock, account: '000000000000', region: 'us-east-1' });
  const logged: string[] = [];
  const server = createEndpoint({
    services: [checked(bench.engine.service, (fault) => void logged.push(fault)), discovery.service],
    routes: [bench.engine.taskRoute],
    flush: bench.journal.flush,
    log: (line) => void logged.push(line),
  });
  server.on('upgrade', bench.engine.sessions.upgrade);
  url = await listening(server, 0);
  const ecs = new ECSClient(clientOptions(url));
  return {
    ...bench,
    ecs,
    url,
    async close() {
      ecs.destroy();
      bench.engine.sessions.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await bench.engine.stop();
      bench.journal.close();
      if (logged.length > 0) throw new Error(`Local AWS logged failures:\n${logged.join('\n')}`);
    },
  };
}
