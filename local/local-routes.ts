import type { ActivityAnswer } from './activity.ts';
import type { IamReport } from './iam/iam.ts';
import type { Route } from './support/server.ts';
import { AwsError } from './support/service.ts';
import { plainJson } from './support/wire.ts';

export interface LocalRoutesDependencies {
  /** What is up and where, as JSON. */
  health(): Promise<object>;
  /** Empties everything, tasks included. */
  reset(): Promise<void>;
  /** What functions called of ECS, and which events it published, since a moment in epoch milliseconds. */
  activity(sinceMs: number): ActivityAnswer;
  /** What functions may do, have done and were refused. */
  iam(): IamReport;
}

/**
 * `/_local/*`, for people and tools: what no AWS service has.
 *
 * - `GET /_local/health`: what is up and where.
 * - `GET /_local/activity?sinceMs=1790000000000`: who calls ECS, and how soon after which event. Answers
 *   `{ nowMs, complete, entries }`, where an entry is an ECS event or a function's call of ECS (see `activity.ts`).
 *   The newest 20,000 are kept, until a restart or a reset; all of them without `sinceMs`.
 * - `GET /_local/iam`: what each function may do by the topology, how often it did, and what it was refused
 *   (see `iam/iam.ts`), since the start or the last reset.
 * - `POST /_local/reset`: empties everything.
 */
export function localRoutes({ health, reset, activity, iam }: LocalRoutesDependencies): readonly Route[] {
  let resetting: Promise<void> | undefined;
  return [
    route('/_local/health', 'GET', health),
    route('/_local/activity', 'GET', (query) => activity(moment(query.get('sinceMs') ?? '0'))),
    route('/_local/iam', 'GET', iam),
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

function route(
  path: string,
  method: string,
  act: (query: URLSearchParams) => Promise<object> | object,
): Route {
  return {
    limitBytes: 1024,
    matches: ({ url = '' }) => url === path || url.startsWith(`${path}?`),
    async answer({ method: asked, url = '' }) {
      if (asked !== method) throw new AwsError('MethodNotAllowed', `${path} takes ${method}.`, 405);
      return plainJson(200, await act(new URLSearchParams(url.slice(path.length))));
    },
  };
}

function moment(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new AwsError('ValidationException', 'sinceMs takes epoch milliseconds, for example 1790000000000.');
}
