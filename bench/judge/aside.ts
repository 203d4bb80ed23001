import { Worker } from 'node:worker_threads';
import type { Aside, FromThread } from './aside-thread.ts';

/** Clustered errors and the incumbents, in a thread of its own: nothing there is timed. */
export function aside(runs: number, log: (line: string) => void): Promise<Aside> {
  const worker = new Worker(new URL('./aside-thread.ts', import.meta.url), { workerData: { runs } });
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread ended with ${code} and no result`)));
    worker.on('message', (message: FromThread) => {
      if ('line' in message) log(message.line);
      else resolve(message.result);
    });
  });
}
