import type { IamReport } from './iam/iam.ts';
import { localRoute } from './support/local-route.ts';
import type { Route } from './support/server.ts';

export interface LocalRoutesDependencies {
  /** What is up and where, as JSON. */
  health(): Promise<object>;
  /** Empties everything, tasks included. */
  reset(): Promise<void>;
  /** What functions may do, have done and were refused. */
  iam(): IamReport;
}

/**
 * `/_local/*`, for people and tools: what no AWS service has.
 *
 * - `GET /_local/health`: what is up and where.
 * - `GET /_local/iam`: what each function may do by the topology, how often it did, and what it was refused
 *   (see `iam/iam.ts`), since the start or the last reset.
 * - `POST /_local/reset`: empties everything.
 *
 * Time, faults, scripts, calls, events and timelines have routes of their own (see `instruments.ts`).
 */
export function localRoutes({ health, reset, iam }: LocalRoutesDependencies): readonly Route[] {
  let resetting: Promise<void> | undefined;
  return [
    localRoute('/_local/health', { GET: health }),
    localRoute('/_local/iam', { GET: iam }),
    localRoute('/_local/reset', {
      async POST() {
        // Two at once are one.
        resetting ??= reset().finally(() => {
          resetting = undefined;
        });
        await resetting;
        return {};
      },
    }),
  ];
}
