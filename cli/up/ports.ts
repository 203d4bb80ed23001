import { createServer } from 'node:net';
import { Failure } from '../failure.ts';

/** Throws a `Failure` when something listens on one of these ports of the loopback address. */
export async function requireFree(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    if (await isFree(port)) continue;
    throw new Failure('conflict', `port ${port} is in use`, {
      advice: (await isBerth(port))
        ? `Berth is running there already: use it (berth status), or start a second one with --port ${port + 100} --data .berth2.`
        : 'Another program listens there; choose a free port with --port (its two successors are used, too).',
    });
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

async function isBerth(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/_local/health`, {
      signal: AbortSignal.timeout(2_000),
    });
    return answer.ok;
  } catch {
    return false;
  }
}
