import { BerthError } from '../kernel/errors.ts';
import { quoted } from './parse.ts';
import { type RouteName, routes } from './routes.ts';

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
  /** As they stand in the path, not yet parsed. */
  readonly params: Readonly<Record<string, string>>;
}

const table = Object.entries(routes).map(([name, { method, path }]) => ({
  name: name as RouteName,
  method: method as string,
  segments: path.split('/'),
}));

/**
 * The route of a request. The path is taken as it is: whoever put the request into an event has decoded it, and
 * no parameter may hold a character that would need it. Throws `not-found`, or `MethodNotAllowed`.
 */
export function matchRoute(method: string, path: string): Match {
  const segments = path.split('/');
  const found = table.flatMap((route) => {
    const params = paramsOf(route.segments, segments);
    return params ? [{ ...route, params }] : [];
  });
  const match = found.find((route) => route.method === method);
  if (match) return { name: match.name, params: match.params };
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
