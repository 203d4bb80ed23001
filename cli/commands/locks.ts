import { Command } from 'commander';
import { allLocks } from '../locks/all.ts';
import { renderLocks } from '../render/locks.ts';
import { run } from '../run.ts';

export function locksCommand(): Command {
  return new Command('locks')
    .description('the locks and freezes of the environment and of its services')
    .action((_options: object, command: Command) =>
      run(command, async (context) => {
        const { io, environment } = context;
        const items = await allLocks(context);
        io.document({ items });
        io.print(
          items.length > 0 ? renderLocks(items, Date.now(), io.paint) : `${environment} is not locked.`,
        );
        return 'succeeded';
      }),
    );
}
