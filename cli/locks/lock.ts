import type { Context } from '../context.ts';
import type { Exit } from '../exit.ts';
import { lockLine } from '../render/locks.ts';
import { resolveService } from '../services/resolve.ts';

export interface LockOptions {
  readonly message: string;
  /** ISO 8601. */
  readonly until?: string;
  /** In seconds. */
  readonly for?: number;
}

/** Locks a service, or the whole environment. */
export async function lockUp(
  context: Context,
  said: string | undefined,
  { message, until, for: forSeconds }: LockOptions,
): Promise<Exit> {
  const { io, client, environment, actor } = context;
  const end = forSeconds === undefined ? until : new Date(Date.now() + forSeconds * 1000).toISOString();
  const body = { message, actor, ...(end !== undefined && { until: end }) };
  const made =
    said === undefined
      ? await client.lockEnvironment({ environment, body })
      : await client.lockService({ environment, service: await resolveService(context, said), body });
  io.document(made);
  io.print(
    `${lockLine(made, Date.now(), io.paint)}\n  the way back stays open: berth rollback, stop and scale`,
  );
  return 'succeeded';
}
