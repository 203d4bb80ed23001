import { mkdirSync } from 'node:fs';
import type { RequestListener, Server } from 'node:http';

export interface Dynalite {
  readonly listener: (request: unknown, response: unknown) => void;
  close(): Promise<void>;
}

type Factory = (options: object) => Server;

/** Loads dynalite and opens its store; LevelDB frees its lock with the process, however that ends. */
export async function loadDynalite(directory: string | undefined): Promise<Dynalite> {
  if (directory !== undefined) mkdirSync(directory, { recursive: true });
  // It has no types of its own.
  const name = 'dynalite';
  const { default: dynalite } = (await import(name)) as { readonly default: Factory };
  const server = dynalite({
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
    ...(directory === undefined ? {} : { path: directory }),
  });
  const [listener] = server.listeners('request') as RequestListener[];
  return {
    listener: listener as Dynalite['listener'],
    // It closes its store only as a server that was listening; on a port of its own that nobody knows.
    close: () =>
      new Promise((resolve, reject) => {
        server.listen(0, '127.0.0.1', () => server.close((error) => (error ? reject(error) : resolve())));
      }),
  };
}
