import middy from '@middy/core';
import { readRequest } from '../../core/contract/read.ts';
import { matchRoute } from '../../core/contract/router.ts';
import { type RouteInput, type RouteName, routes } from '../../core/contract/routes.ts';
import { operations } from '../../core/operations/operations.ts';
import type { OperationDependencies } from '../../core/operations/ports.ts';
import { answer, type HttpAnswer, parseHttpEvent } from './http.ts';
import { problems } from './problems.ts';
import { requestIdOf, requestLog } from './request-log.ts';

/** The HTTP API as a Lambda handler: finds the route, parses, operates, answers. */
export const createApi = (deps: OperationDependencies) =>
  middy()
    .use(requestLog(deps.log, deps.clock))
    .use(problems(deps.log))
    .handler((event: unknown) => serve(deps, event));

async function serve(deps: OperationDependencies, event: unknown): Promise<HttpAnswer> {
  const { method, path, query, headers, body } = parseHttpEvent(event);
  const match = matchRoute(method, path);
  const input = readRequest(match, {
    query,
    contentType: headers.get('content-type'),
    idempotencyKey: headers.get('idempotency-key'),
    body,
    headers,
  });
  const value = await operate(deps, match.name, input);
  return answer(routes[match.name].status, value, { id: requestIdOf(event) });
}

/** The table of operations has for each route the one that takes the route's input. */
function operate<Name extends RouteName>(deps: OperationDependencies, name: Name, input: RouteInput<Name>) {
  return operations[name](deps, input);
}
