import { Command } from 'commander';
import type { LockView } from '../../core/contract/views.ts';
import type { Context } from '../context.ts';
import type { Exit } from '../exit.ts';
import { allLocks } from '../locks/all.ts';
import { lockLine } from '../render/locks.ts';
import { renderService, renderServices } from '../render/services.ts';
import { run } from '../run.ts';
import { allServices, resolveService } from '../services/resolve.ts';

export function statusCommand(): Command {
  return new Command('status')
    .description('what is wanted and what runs, of all services or of one')
    .argument('[service]')
    .action((service: string | undefined, _options: object, command: Command) =>
      run(command, (context) => (service === undefined ? all(context) : one(context, service))),
    );
}

async function all(context: Context): Promise<Exit> {
  const { io, environment } = context;
  const [items, locks] = await Promise.all([allServices(context), allLocks(context)]);
  io.document({ items, locks });
  io.print(
    items.length > 0 ? renderServices(items, io.paint) : `No service in ${environment} yet: berth deploy`,
  );
  tellLocks(context, locks);
  return 'succeeded';
}

/** What keeps deployments from setting out. */
function tellLocks({ io }: Context, locks: readonly LockView[]): void {
  if (locks.length > 0) io.print('');
  for (const lock of locks) io.print(lockLine(lock, Date.now(), io.paint));
}

async function one(context: Context, said: string): Promise<Exit> {
  const { io, client, environment } = context;
  const service = await client.getService({ environment, service: await resolveService(context, said) });
  const locks = (await allLocks(context)).filter(
    (lock) => lock.service === undefined || lock.service === service.service,
  );
  io.document({ ...service, locks });
  io.print(renderService(service, Date.now(), io.paint));
  tellLocks(context, locks);
  return 'succeeded';
}
