import { Command } from 'commander';
import { type LockOptions, lockUp } from '../locks/lock.ts';
import { forOption, reasonForOption, untilOption } from '../locks/options.ts';
import { run } from '../run.ts';

export function lockCommand(): Command {
  return new Command('lock')
    .description('let no deployment set out or go on, of a service or of the whole environment')
    .argument('[service]', 'without one, the environment')
    .addOption(reasonForOption())
    .addOption(untilOption())
    .addOption(forOption())
    .action((service: string | undefined, options: LockOptions, command: Command) =>
      run(command, (context) => lockUp(context, service, options)),
    );
}
