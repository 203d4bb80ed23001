import { BerthError } from '../kernel/errors.ts';
import { quoted } from './parse.ts';
import { type Route, unversioned } from './route.ts';
import type { RouteName } from './routes.ts';

/** A path that is there, but not for this method; `allow` lists the methods that it has. */
export class MethodNotAllowed extends BerthError {
  readonly allow: string;

  constructor(allow: string) {
    super('method-not-allowed', `this path answers to ${allow}`);
    this.allow = allow;
  }
}

export interface Match {
  readonly name: RouteName;
  readonly route: Route;
  /** As they stand in the path, not yet parsed. */
  readonly params: Readonly<Record<string, string>>;
}

/** All routes of the API, or those that a function takes. */
export type RouteTable = { readonly [Name in RouteName]?: Route };

/**
 * The route of a request among those of a table. The path is taken as it is: whoever put the request into an event has decoded it, and
 * no parameter may hold a character that would need it. Throws `not-found`, or `MethodNotAllowed`.
 */
export function matchRoute(routes: RouteTable, method: string, path: string): Match {
  const segments = unversioned(path).split('/');
  const found = Object.entries(routes).flatMap(([name, route]) => {
    const params = paramsOf(route.path.split('/'), segments);
    return params ? [{ name: name as RouteName, route, method: route.method as string, params }] : [];
  });
  const match = found.find((one) => one.method === method);
  if (match) return match;
  if (found.length > 0) throw new MethodNotAllowed(found.map((route) => route.method).join(', '));
  throw new BerthError('not-found', `there is no path ${quoted(path)}; GET /openapi.json lists them all`);
}

function paramsOf(
  template: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (template.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [place, part] of template.entries()) {
    const segment = segments[place]!;
    if (part.startsWith('{') && segment !== '') params[part.slice(1, -1)] = segment;
    else if (part !== segment) return undefined;
  }
  return params;
}
