import { ECSClient } from '@aws-sdk/client-ecs';
import { type Bench, type BenchOptions, startBench } from '../../local/ecs/testing.ts';
import { createEndpoint } from '../../local/support/server.ts';
import { clientOptions, listening } from '../../local/testing.ts';

/** An ECS of one's own on a virtual clock, behind a real HTTP endpoint. */
export interface World extends Bench {
  readonly ecs: ECSClient;
  readonly url: string;
  close(): Promise<void>;
}

export async function startWorld(options: BenchOptions = {}): Promise<World> {
  const bench = await startBench(options);
  const logged: string[] = [];
  const server = createEndpoint({
    services: [bench.engine.service],
    routes: [],
    flush: bench.journal.flush,
    log: (line) => void logged.push(line),
  });
  const url = await listening(server, 0);
  const ecs = new ECSClient(clientOptions(url));
  return {
    ...bench,
    ecs,
    url,
    async close() {
      ecs.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await bench.engine.stop();
      bench.journal.close();
      if (logged.length > 0) throw new Error(`Local AWS logged failures:\n${logged.join('\n')}`);
    },
  };
}
