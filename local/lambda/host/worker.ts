import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { hideCompileCache } from '../../support/compile-cache.ts';
import { tellOrigins } from './origins.ts';
import {
  type FunctionError,
  type InvokeMessage,
  maximumPayloadBytes,
  type Outcome,
  type WorkerData,
} from './outcome.ts';

type Handler = (event: unknown, context: object) => unknown;

hideCompileCache();
const data = workerData as WorkerData;
tellOrigins(data.entry);
const port = parentPort!;
let requestId = '-';

/** Lines as the Node.js runtime of Lambda writes them: time, request, level, message. */
for (const level of ['debug', 'info', 'log', 'warn', 'error', 'trace'] as const) {
  const label = level === 'log' ? 'INFO' : level.toUpperCase();
  console[level] = (...values: unknown[]) => {
    const message = format(...values).replaceAll('\n', '\r');
    process.stdout.write(`${new Date().toISOString()}\t${requestId}\t${label}\t${message}\n`);
  };
}

const handler = await loaded();

if (handler) {
  port.on('message', (message: InvokeMessage) => {
    requestId = message.requestId;
    void run(handler, message).then((outcome) => {
      port.postMessage({ type: 'done', requestId: message.requestId, outcome });
    });
  });
  port.postMessage({ type: 'ready' });
}

async function loaded(): Promise<Handler | undefined> {
  try {
    const bundle: unknown = await import(pathToFileURL(data.entry).href);
    const exported = (bundle as { readonly handler?: unknown }).handler;
    if (typeof exported === 'function') return exported as Handler;
    throw Object.assign(new Error('index.handler is undefined or not exported'), {
      name: 'Runtime.HandlerNotFound',
    });
  } catch (thrown) {
    console.error('Uncaught Exception', thrown);
    port.postMessage({ type: 'init-failed', error: described(thrown) });
    return undefined;
  }
}

async function run(handle: Handler, message: InvokeMessage): Promise<Outcome> {
  try {
    const result = await handle(JSON.parse(message.payload), contextOf(message));
    const payload = JSON.stringify(result ?? null) ?? 'null';
    if (Buffer.byteLength(payload) > maximumPayloadBytes) throw tooLarge(payload);
    return { state: 'succeeded', payload };
  } catch (thrown) {
    console.error('Invoke Error', thrown);
    return { state: 'failed', error: described(thrown) };
  }
}

function tooLarge(payload: string): Error {
  const error = new Error(
    `Response payload size (${payload.length} bytes) exceeded maximum allowed payload size.`,
  );
  return Object.assign(error, { name: 'Function.ResponseSizeTooLarge' });
}

function contextOf({ deadlineMs, requestId: awsRequestId }: InvokeMessage): object {
  return {
    awsRequestId,
    functionName: data.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: data.functionArn,
    memoryLimitInMB: String(data.memoryMb),
    logGroupName: `/aws/lambda/${data.functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

function described(thrown: unknown): FunctionError {
  if (!(thrown instanceof Error))
    return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  return { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? '').split('\n') };
}
