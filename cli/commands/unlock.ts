import { Command, Option } from 'commander';
import { type UnlockOptions, unlock } from '../locks/unlock.ts';
import { reasonOption } from '../options.ts';
import { run } from '../run.ts';

export function unlockCommand(): Command {
  return new Command('unlock')
    .description('take a lock or a freeze away, whoever made it')
    .argument('[service]', 'without one, the environment')
    .option('--id <lock>', 'which one, where several stand: `berth locks` lists them')
    .addOption(new Option('--all', 'all that stand there').conflicts('id'))
    .addOption(reasonOption())
    .action((service: string | undefined, options: UnlockOptions, command: Command) =>
      run(command, (context) => unlock(context, service, options)),
    );
}
