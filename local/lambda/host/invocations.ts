import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { readBody } from '../../support/body.ts';
import { refusal } from '../../support/guard.ts';
import { maximumPayloadBytes, type Outcome } from './outcome.ts';
import type { Pool } from './pool.ts';

export interface InvocationsDependencies {
  pool(functionName: string): Pool | undefined;
  resetLogs(): void;
}

/** The host's own door, for Local AWS only: `POST /invoke/<function>`, `POST /reset`. */
export function answerInvocations(deps: InvocationsDependencies): RequestListener {
  return (request, response) => {
    answer(deps, request, response).catch(() => response.destroy());
  };
}

async function answer(deps: InvocationsDependencies, request: IncomingMessage, response: ServerResponse) {
  const refused = refusal(request);
  if (refused) return reply(response, 403, { message: refused });
  if (request.method !== 'POST') return reply(response, 404, { message: 'POST /invoke/<function>' });
  const read = await readBody(request, maximumPayloadBytes);
  if (read.state !== 'whole')
    return reply(response, 413, { message: 'The payload is too large or incomplete.' });
  if (request.url === '/reset') {
    deps.resetLogs();
    return reply(response, 200, {});
  }
  const name = /^\/invoke\/([^/?]+)$/.exec(request.url ?? '')?.[1];
  const pool = name === undefined ? undefined : deps.pool(decodeURIComponent(name));
  if (!pool)
    return reply(response, 404, {
      errorType: 'ResourceNotFoundException',
      errorMessage: 'No such function.',
    });
  const requestId = String(request.headers['x-request-id'] ?? '-');
  tell(response, await pool.invoke(requestId, read.body.toString()));
}

function tell(response: ServerResponse, outcome: Outcome): void {
  if (outcome.state === 'succeeded') write(response, 200, outcome.payload);
  else if (outcome.state === 'failed') reply(response, 500, outcome.error);
  else reply(response, 429, { message: 'All workers of the function are busy.' });
}

function reply(response: ServerResponse, status: number, value: object): void {
  write(response, status, JSON.stringify(value));
}

function write(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
