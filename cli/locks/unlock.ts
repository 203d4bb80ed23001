import type { UnlockedView } from '../../core/contract/views.ts';
import type { Context } from '../context.ts';
import type { Exit } from '../exit.ts';
import { Failure } from '../failure.ts';
import { lockLine } from '../render/locks.ts';
import { safeLine } from '../render/safe.ts';
import { resolveService } from '../services/resolve.ts';
import { allLocks } from './all.ts';

export interface UnlockOptions {
  readonly id?: string;
  readonly all?: true;
  readonly reason?: string;
}

/** Takes locks away: of a service, or of the environment. */
export async function unlock(
  context: Context,
  said: string | undefined,
  { id, all, reason }: UnlockOptions,
): Promise<Exit> {
  const { client, environment, actor } = context;
  const service = said === undefined ? undefined : await resolveService(context, said);
  const locks = all ? await idsAt(context, service) : id === undefined ? undefined : [id];
  const body = { actor, ...(locks && { locks }), ...(reason !== undefined && { reason }) };
  const unlocked =
    service === undefined
      ? await client.unlockEnvironment({ environment, body })
      : await client.unlockService({ environment, service, body });
  tell(context, unlocked);
  return 'succeeded';
}

async function idsAt(context: Context, service: string | undefined): Promise<string[]> {
  const ids = (await allLocks(context)).filter((lock) => lock.service === service).map((lock) => lock.id);
  if (ids.length > 0) return ids;
  throw new Failure('conflict', `${service ?? context.environment} is not locked`);
}

function tell({ io }: Context, unlocked: UnlockedView): void {
  io.document(unlocked);
  for (const { service, environment, actor, message } of unlocked.removed)
    io.print(
      `${io.paint.green('✔')} ${io.paint.bold(safeLine(service ?? environment))}: the lock of ${safeLine(actor, 60)} is gone (${safeLine(message, 120)})`,
    );
  for (const lock of unlocked.standing) io.print(`  still ${lockLine(lock, Date.now(), io.paint)}`);
}
