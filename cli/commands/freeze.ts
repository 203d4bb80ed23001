import { Command } from 'commander';
import { Failure } from '../failure.ts';
import { type LockOptions, lockUp } from '../locks/lock.ts';
import { forOption, reasonForOption, untilOption } from '../locks/options.ts';
import { run } from '../run.ts';

export function freezeCommand(): Command {
  return new Command('freeze')
    .description('let no deployment of the environment set out or go on until a moment')
    .addOption(reasonForOption())
    .addOption(untilOption())
    .addOption(forOption())
    .action((options: LockOptions, command: Command) =>
      run(command, (context) => {
        if (options.until === undefined && options.for === undefined)
          throw new Failure('badInput', 'a freeze has an end: write --until or --for', {
            advice: '`berth lock` has none, and stands until somebody takes it away.',
          });
        return lockUp(context, undefined, options);
      }),
    );
}
