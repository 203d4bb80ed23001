import type { Route } from './support/server.ts';
import { AwsError } from './support/service.ts';
import { plainJson } from './support/wire.ts';

export interface LocalRoutesDependencies {
  /** What is up and where, as JSON. */
  health(): Promise<object>;
  /** Empties everything, tasks included. */
  reset(): Promise<void>;
}

/** `/_local/*`, for people and tools: what no AWS service has. */
export function localRoutes({ health, reset }: LocalRoutesDependencies): readonly Route[] {
  let resetting: Promise<void> | undefined;
  return [
    route('/_local/health', 'GET', health),
    route('/_local/reset', 'POST', async () => {
      // Two at once are one.
      resetting ??= reset().finally(() => {
        resetting = undefined;
      });
      await resetting;
      return {};
    }),
  ];
}

function route(path: string, method: string, act: () => Promise<object>): Route {
  return {
    limitBytes: 1024,
    matches: (request) => request.url === path,
    async answer(request) {
      if (request.method === method) return plainJson(200, await act());
      throw new AwsError('MethodNotAllowed', `${path} takes ${method}.`, 405);
    },
  };
}
