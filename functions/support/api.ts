import middy from '@middy/core';
import { readRequest } from '../../core/contract/read.ts';
import { matchRoute, type RouteTable } from '../../core/contract/router.ts';
import type { RouteInput, RouteName } from '../../core/contract/routes.ts';
import { BerthError } from '../../core/kernel/errors.ts';
import type { Clock, Log } from '../../core/kernel/ports.ts';
import type { OperationTable } from '../../core/operations/table.ts';
import { answer, type HttpAnswer, parseHttpEvent } from './http.ts';
import { problems } from './problems.ts';
import { requestIdOf, requestLog } from './request-log.ts';

/** What every function of the API needs, whatever its operations are. */
interface Dependencies {
  readonly log: Log;
  readonly clock: Clock;
}

/** Routes of the HTTP API as a Lambda handler: finds the route, parses, operates, answers. */
export const createApi = <Deps extends Dependencies>(
  deps: Deps,
  routes: RouteTable,
  operations: OperationTable<Deps>,
) =>
  middy()
    .use(requestLog(deps.log, deps.clock))
    .use(problems(deps.log))
    .handler((event: unknown) => serve(deps, routes, operations, event));

async function serve<Deps>(
  deps: Deps,
  routes: RouteTable,
  operations: OperationTable<Deps>,
  event: unknown,
): Promise<HttpAnswer> {
  const { method, path, query, headers, body } = parseHttpEvent(event);
  const match = matchRoute(routes, method, path);
  const input = readRequest(match, {
    query,
    contentType: headers.get('content-type'),
    idempotencyKey: headers.get('idempotency-key'),
    body,
    headers,
  });
  const value = await operate(deps, operations, match.name, input);
  return answer(match.route.status, value, { id: requestIdOf(event) });
}

/** The table of operations has for each route the one that takes the route's input. */
function operate<Deps, Name extends RouteName>(
  deps: Deps,
  operations: OperationTable<Deps>,
  name: Name,
  input: RouteInput<Name>,
) {
  const operation = operations[name];
  if (!operation) throw new BerthError('not-found', `${name} is another function's`);
  return operation(deps, input);
}
