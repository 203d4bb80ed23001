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
  context: LogsContext,
  input: { logGroupName?: string | undefined; logGroupIdentifier?: string | undefined },
): LogGroup {
  const { logGroupName, logGroupIdentifier } = input;
  if ((logGroupName === undefined) === (logGroupIdentifier === undefined))
    throw invalidParameter('Give either logGroupName or logGroupIdentifier.');
  const name = logGroupName ?? identified(context, logGroupIdentifier ?? '');
  context.catchUp(name);
  const group = context.store.group(name);
  if (!group) throw notFound('group');
  return group;
}

/** The name in a name or an ARN of this account and region, which may end in `:*`. */
function identified({ region, accountId }: LogsContext, identifier: string): string {
  if (!identifier.startsWith('arn:')) return identifier;
  const own = `arn:aws:logs:${region}:${accountId}:log-group:`;
  if (!identifier.startsWith(own)) throw notFound('group');
  return identifier.slice(own.length).replace(/:\*$/, '');
}

const DAY_MS = 24 * 3600 * 1000;

/** Events before this moment (epoch milliseconds) have outlived the group's retention. */
export function firstKept({ clock }: LogsContext, { settings: { retentionDays } }: LogGroup): number {
  return retentionDays === undefined ? 0 : clock.now() - retentionDays * DAY_MS;
}
