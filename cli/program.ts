import { Command, Option } from 'commander';
import about from '../package.json' with { type: 'json' };
import { adoptCommand } from './commands/adopt.ts';
import { controlCommands } from './commands/control.ts';
import { deployCommand } from './commands/deploy.ts';
import { driftCommand } from './commands/drift.ts';
import { freezeCommand } from './commands/freeze.ts';
import { historyCommand } from './commands/history.ts';
import { lockCommand } from './commands/lock.ts';
import { locksCommand } from './commands/locks.ts';
import { logsCommand } from './commands/logs.ts';
import { planCommand, verifyCommand } from './commands/plan.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { scaleCommand } from './commands/scale.ts';
import { statusCommand } from './commands/status.ts';
import { stopCommand } from './commands/stop.ts';
import { tasksCommand } from './commands/tasks.ts';
import { unlockCommand } from './commands/unlock.ts';
import { upCommand } from './commands/up.ts';
import { whyCommand } from './commands/why.ts';
import { exitTable } from './exit.ts';

const commands = [
  upCommand,
  planCommand,
  verifyCommand,
  deployCommand,
  statusCommand,
  tasksCommand,
  logsCommand,
  historyCommand,
  whyCommand,
  rollbackCommand,
  ...controlCommands,
  scaleCommand,
  stopCommand,
  lockCommand,
  unlockCommand,
  freezeCommand,
  locksCommand,
  driftCommand,
  adoptCommand,
];

/** The command line, without anything that reads or writes. */
export function createProgram(): Command {
  const program = new Command('berth')
    .description('A serverless control plane for Amazon ECS, and the same on one machine')
    .version(about.version)
    .option('--json', 'answer with one JSON document (a live view: one a line)')
    .option('--api <url>', 'where the API is (default: BERTH_API, else what `berth up` runs here)')
    .addOption(
      new Option('-e, --environment <name>', 'the environment').default('local').env('BERTH_ENVIRONMENT'),
    )
    .option('--no-color', 'no colours; NO_COLOR does the same')
    .showHelpAfterError('(berth help COMMAND tells more)')
    .addHelpText('after', `\nExit codes:\n${exitTable()}`);
  for (const create of commands) program.addCommand(inherit(create(), program));
  return program;
}

/** Commands that were made elsewhere take over how the program speaks and ends. */
function inherit(command: Command, program: Command): Command {
  return command.copyInheritedSettings(program);
}
