import type { Route } from './server.ts';
import { AwsError } from './service.ts';
import { plainJson } from './wire.ts';

/** What a request to `/_local/…` says. */
export interface LocalRequest {
  readonly query: URLSearchParams;
  readonly body: Buffer;
  /** What follows the route's path, without the slash between: `42` of `/_local/tasks/42`. */
  readonly rest: string;
}

export type LocalMethods = Readonly<
  Partial<Record<'GET' | 'POST' | 'PUT' | 'DELETE', (request: LocalRequest) => Promise<object> | object>>
>;

export interface LocalRouteOptions {
  readonly limitBytes?: number;
  /** Whether something follows the path. */
  readonly takesRest?: boolean;
}

/** A route of Local AWS itself: JSON in, JSON out, other methods refused with 405. */
export function localRoute(
  path: string,
  methods: LocalMethods,
  { limitBytes = 64 * 1024, takesRest = false }: LocalRouteOptions = {},
): Route {
  return {
    limitBytes,
    matches: ({ url = '' }) =>
      url === path || url.startsWith(`${path}?`) || (takesRest && url.startsWith(`${path}/`)),
    async answer({ method = '', url = '' }, body) {
      const act = Object.hasOwn(methods, method) ? methods[method as keyof LocalMethods] : undefined;
      if (!act) {
        const taken = Object.keys(methods).join(', ');
        throw new AwsError('MethodNotAllowed', `${path} takes ${taken}.`, 405);
      }
      const [before = '', query = ''] = url.slice(path.length).split('?', 2);
      const request = { query: new URLSearchParams(query), body, rest: decoded(before.slice(1)) };
      return plainJson(200, await act(request));
    },
  };
}

/** The body as JSON; an empty one is an empty object. */
export function jsonBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new AwsError('SerializationException', 'The body is not valid JSON.');
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('ValidationException', 'The path is not encoded as a URL is.');
  }
}
