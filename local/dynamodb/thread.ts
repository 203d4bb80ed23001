import { parentPort, workerData } from 'node:worker_threads';
import { loadDynalite } from './dynalite.ts';
import { exchange } from './exchange.ts';
import type { FromThread, ToThread } from './store-thread.ts';

/** The other end of `openStore`. */
const port = parentPort;
if (!port) throw new Error('this file runs as a thread of Local AWS');

const { directory } = workerData as { readonly directory: string | undefined };
const opened = loadDynalite(directory);

port.on('message', async (message: ToThread) => {
  const { listener, close } = await opened;
  if (message.type === 'close') {
    await close();
    port.close();
    return;
  }
  const { id, request, body } = message;
  exchange(listener, request, body).then(
    (answer) => port.postMessage({ type: 'answer', id, answer } satisfies FromThread),
    (error: unknown) =>
      port.postMessage({ type: 'failure', id, message: String(error) } satisfies FromThread),
  );
});
