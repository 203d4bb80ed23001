import { Worker } from 'node:worker_threads';
import type { Answer } from '../support/wire.ts';
import type { DynamoDbRequest } from './exchange.ts';

/** dynalite in a thread of its own: reading and writing tables takes nothing from the loop that serves the rest. */
export interface StoreThread {
  run(request: DynamoDbRequest, body: Uint8Array): Promise<Answer>;
  /** Closes the store; nothing may be running in it. */
  close(): Promise<void>;
}

export type ToThread =
  | {
      readonly type: 'run';
      readonly id: number;
      readonly request: DynamoDbRequest;
      readonly body: Uint8Array;
    }
  | { readonly type: 'close' };

export type FromThread =
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly type: 'failure'; readonly id: number; readonly message: string };

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** Of many headers, those that dynalite looks at: each one is copied from thread to thread. */
function looked(headers: DynamoDbRequest['headers']): DynamoDbRequest['headers'] {
  const { authorization, date } = headers;
  const few: DynamoDbRequest['headers'] = {
    'content-type': headers['content-type'],
    'x-amz-target': headers['x-amz-target'],
    'x-amz-date': headers['x-amz-date'],
    authorization,
    date,
  };
  return Object.fromEntries(Object.entries(few).filter(([, value]) => value !== undefined));
}

export function openStore(directory: string | undefined): StoreThread {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    workerData: { directory },
    execArgv: [],
  });
  worker.unref();
  const waiting = new Map<number, Waiting>();
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let sequence = 0;
  let failure: Error | undefined;
  const fail = (error: Error) => {
    failure = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('error', fail);
  worker.once('exit', () => fail(new Error('DynamoDB has ended')));
  worker.on('message', (message: FromThread) => {
    const one = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.type === 'answer') one?.resolve(message.answer);
    else one?.reject(new Error(message.message));
  });
  const tell = (message: ToThread) => worker.postMessage(message);
  return {
    run: ({ headers, method }, body) =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        const id = sequence++;
        waiting.set(id, { resolve, reject });
        tell({ type: 'run', id, request: { headers: looked(headers), ...(method && { method }) }, body });
      }),
    async close() {
      tell({ type: 'close' });
      await ended;
    },
  };
}
