import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { InvocationResult, Invoker } from '../lambda/invoker.ts';
import { readBody } from '../support/body.ts';
import type { Clock } from '../support/clock.ts';
import { refusal } from '../support/guard.ts';
import { createServer } from '../support/http.ts';
import { httpEvent } from './event.ts';
import { type HttpResponse, httpResponse, problem } from './response.ts';

export interface HttpApiOptions {
  readonly invoker: Invoker;
  readonly clock: Clock;
  readonly account: string;
  /** Who receives a request; undefined where the topology has no HTTP API. */
  functionOf(method: string, path: string): string | undefined;
  log(line: string): void;
}

/** API Gateway's limits: the body, the event that a function takes, and the time of an integration. */
const bodyBytes = 10 * 1024 * 1024;
const eventBytes = 6 * 1024 * 1024;
const timeoutMs = 30_000;
/** For how long a Lambda host that is being restarted is waited for. */
const hostWaitMs = 10_000;

/** The HTTP API: every request becomes an invocation of a function, and its answer the response. */
export function createHttpApi(options: HttpApiOptions): Server {
  const server = createServer({ keepAliveTimeout: 75_000, headersTimeout: 10_000 }, (request, response) => {
    const requestId = randomUUID();
    answer(options, request, requestId)
      .catch((error: unknown) => {
        options.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
        return problem(500, 'Internal Server Error');
      })
      .then((result) => write(response, request, result, requestId));
  });
  server.requestTimeout = 30_000;
  return server;
}

async function answer(
  options: HttpApiOptions,
  request: IncomingMessage,
  requestId: string,
): Promise<HttpResponse> {
  const refused = refusal(request);
  if (refused) return problem(403, refused);
  const read = await readBody(request, bodyBytes);
  if (read.state === 'too-large') return problem(413, 'Request Entity Too Large');
  if (read.state !== 'whole') return problem(408, 'Request Time-out');
  const [path = '/'] = (request.url ?? '/').split('?');
  const functionName = options.functionOf(request.method ?? 'GET', path);
  if (functionName === undefined) return problem(404, 'Not Found');
  const event = httpEvent(
    {
      method: request.method ?? 'GET',
      target: request.url ?? '/',
      headers: request.headers,
      body: read.body,
      sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
      protocol: `HTTP/${request.httpVersion}`,
    },
    { account: options.account, requestId, nowMs: options.clock.now() },
  );
  const payload = JSON.stringify(event);
  if (Buffer.byteLength(payload) > eventBytes) return problem(413, 'Request Entity Too Large');
  return responseOf(
    await options.invoker.invoke({
      functionName,
      requestId,
      payload,
      timeoutMs,
      hostWaitMs,
      // What only reads may be run again when the host died under it.
      repeatable: request.method === 'GET' || request.method === 'HEAD',
    }),
  );
}

function responseOf(result: InvocationResult): HttpResponse {
  switch (result.state) {
    case 'succeeded':
      return httpResponse(result.payload);
    case 'failed':
      return problem(500, 'Internal Server Error');
    case 'throttled':
    case 'timed-out':
    case 'unavailable':
      return problem(503, 'Service Unavailable');
  }
}

function write(
  response: ServerResponse,
  request: IncomingMessage,
  result: HttpResponse,
  requestId: string,
): void {
  if (response.destroyed) return;
  const headers: Record<string, string | number | readonly string[]> = {
    ...result.headers,
    'content-length': Buffer.byteLength(result.body),
    'apigw-requestid': requestId,
  };
  if (!request.complete) headers.connection = 'close';
  response.writeHead(result.status, headers as Record<string, string | number | string[]>);
  response.end(request.method === 'HEAD' ? undefined : result.body);
}
