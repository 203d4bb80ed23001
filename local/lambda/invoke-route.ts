import { randomUUID } from 'node:crypto';
import type { Route } from '../support/server.ts';
import { AwsError } from '../support/service.ts';
import type { Answer } from '../support/wire.ts';
import type { InvocationResult, Invoker } from './invoker.ts';
import type { FunctionSettings } from './settings.ts';

export interface InvokeRouteDependencies {
  readonly invoker: Invoker;
  functionNamed(name: string): FunctionSettings | undefined;
  invokeAsync(functionName: string, payload: string, requestId: string): void;
}

const path = /^\/2015-03-31\/functions\/([^/?]{1,170})\/invocations(\?|$)/;

/** Lambda's Invoke, REST-JSON: RequestResponse, Event and DryRun. */
export function invokeRoute(deps: InvokeRouteDependencies): Route {
  return {
    limitBytes: 6 * 1024 * 1024,
    matches: (request) => request.method === 'POST' && path.test(request.url ?? ''),
    call: ({ url }) => ({ service: 'lambda', action: 'Invoke', input: { FunctionName: nameIn(url) } }),
    async answer(request, body) {
      const name = nameIn(request.url);
      const settings = deps.functionNamed(name);
      if (!settings) throw new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404);
      const payload = body.length === 0 ? '{}' : body.toString();
      assertJson(payload);
      const requestId = randomUUID();
      switch (request.headers['x-amz-invocation-type'] ?? 'RequestResponse') {
        case 'Event':
          deps.invokeAsync(name, payload, requestId);
          return empty(202, requestId);
        case 'DryRun':
          return empty(204, requestId);
        case 'RequestResponse': {
          const timeoutMs = settings.timeoutSeconds * 1000 + 5000;
          const invocation = { functionName: name, requestId, payload, timeoutMs };
          return answerOf(
            await deps.invoker.invoke({ ...invocation, hostWaitMs: 10_000, repeatable: false }),
            requestId,
          );
        }
        default:
          throw new AwsError(
            'InvalidParameterValueException',
            'X-Amz-Invocation-Type is not one of Lambda’s.',
          );
      }
    },
  };
}

function nameIn(url = ''): string {
  const named = decodeURIComponent(path.exec(url)?.[1] ?? '');
  return named.startsWith('arn:') ? (named.split(':')[6] ?? '') : named;
}

function assertJson(payload: string): void {
  try {
    JSON.parse(payload);
  } catch {
    throw new AwsError('InvalidRequestContentException', 'The payload is not valid JSON.');
  }
}

function empty(status: number, requestId: string): Answer {
  return { status, headers: { 'x-amzn-requestid': requestId }, body: '' };
}

function answerOf(result: InvocationResult, requestId: string): Answer {
  const headers = {
    'content-type': 'application/json',
    'x-amzn-requestid': requestId,
    'x-amz-executed-version': '$LATEST',
  };
  switch (result.state) {
    case 'succeeded':
      return { status: 200, headers, body: result.payload };
    case 'failed':
      return {
        status: 200,
        headers: { ...headers, 'x-amz-function-error': 'Unhandled' },
        body: result.payload,
      };
    case 'throttled':
      throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
    case 'timed-out':
    case 'unavailable':
      throw new AwsError('ServiceException', 'The Lambda host is not there: start it, or wait for it.', 503);
  }
}
