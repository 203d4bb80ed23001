import type { Clock } from '../support/clock.ts';
import { invalidParameter, notFound } from './errors.ts';
import type { LogGroup, LogStore } from './store.ts';

export interface LogsContext {
  readonly store: LogStore;
  readonly clock: Clock;
  readonly region: string;
  readonly accountId: string;
  /** Keeps what the containers of a group have printed by now. */
  readonly catchUp: (group: string) => void;
}

/** The group that a request names, with what its containers have printed by now. */
export function groupFor(
  { store, catchUp }: LogsContext,
  input: { logGroupName?: string | undefined; logGroupIdentifier?: string | undefined },
): LogGroup {
  const { logGroupName, logGroupIdentifier } = input;
  if ((logGroupName === undefined) === (logGroupIdentifier === undefined))
    throw invalidParameter('Give either logGroupName or logGroupIdentifier.');
  const name =
    logGroupName ?? logGroupIdentifier?.replace(/^arn:[^:]+:logs:[^:]*:[^:]*:log-group:/, '') ?? '';
  catchUp(name);
  const group = store.group(name);
  if (!group) throw notFound('group');
  return group;
}

const DAY_MS = 24 * 3600 * 1000;

/** Events before this moment (epoch milliseconds) have outlived the group's retention. */
export function firstKept({ clock }: LogsContext, { settings: { retentionDays } }: LogGroup): number {
  return retentionDays === undefined ? 0 : clock.now() - retentionDays * DAY_MS;
}
