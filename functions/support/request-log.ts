import type { MiddlewareObj, Request } from '@middy/core';
import type { Clock, Log } from '../../core/kernel/ports.ts';
import { type HttpAnswer, parseHttpEvent } from './http.ts';

/** One line for each request, with neither its query nor its body: they are the caller's. */
export function requestLog(log: Log, clock: Clock): MiddlewareObj<unknown, HttpAnswer> {
  const startedAt = new WeakMap<object, number>();
  const write = (request: Request<unknown, HttpAnswer>) =>
    log.info('request', {
      ...described(request.event),
      status: request.response?.statusCode,
      durationMs: clock.now() - (startedAt.get(request) ?? clock.now()),
    });
  return {
    before: (request) => {
      startedAt.set(request, clock.now());
    },
    after: write,
    onError: write,
  };
}

const maxPathLength = 200;

function described(event: unknown) {
  try {
    const { id, method, path } = parseHttpEvent(event);
    return { requestId: id, method: method.slice(0, 16), path: path.slice(0, maxPathLength) };
  } catch {
    return { requestId: requestIdOf(event) };
  }
}

/** The id that API Gateway gave a request. */
export function requestIdOf(event: unknown): string {
  const context = (event as { requestContext?: { requestId?: unknown } } | null | undefined)?.requestContext;
  const id = context?.requestId;
  return typeof id === 'string' && /^[\w=+/.-]{1,200}$/.test(id) ? id : 'unknown';
}
