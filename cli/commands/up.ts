import { Command } from 'commander';
import { createClient } from '../../core/contract/client.ts';
import type { Context } from '../context.ts';
import { type Exit, exits } from '../exit.ts';
import { run } from '../run.ts';
import { type RunningBerth, startBerth } from '../up/berth.ts';
import { optionsOf, type UpFlags, upOptions } from '../up/flags.ts';
import { onInterrupt } from '../up/interrupts.ts';
import { urls } from '../up/layout.ts';
import { present } from '../up/present.ts';

export function upCommand(): Command {
  return upOptions(
    new Command('up').description('run Berth and its Local AWS on this machine, until Ctrl-C'),
  ).action((flags: UpFlags, command: Command) => run(command, (context) => up(context, flags)));
}

/** Longer than the API waits for its function. */
const timeoutSeconds = 45;

async function up(outer: Context, flags: UpFlags): Promise<Exit> {
  const options = optionsOf(flags);
  const { endpoint, api } = urls(options);
  const context: Context = { ...outer, api, client: createClient({ baseUrl: api, timeoutSeconds }) };
  const stopped = Promise.withResolvers<void>();
  let berth: RunningBerth | undefined;
  const forget = onInterrupt(stopped.resolve, () => {
    berth?.kill();
    process.exit(exits.interrupted.code);
  });
  try {
    context.io.print(`Starting Local AWS at ${endpoint} …`);
    berth = await startBerth(options, (name, how) => restarted(context, name, how));
    const presented = present(context, berth, { example: flags.example === true, data: options.data });
    await Promise.race([presented, stopped.promise]);
    await stopped.promise;
    // Whatever still waited for an answer of the API will not get it any more.
    presented.catch(() => {});
    return 'succeeded';
  } finally {
    if (berth) await stop(context, berth);
    forget();
  }
}

function restarted({ io }: Context, name: string, how: string): void {
  io.document({ event: 'restarted', name, how });
  io.complain(`${io.paint.yellow('!')} ${name} ${how}; it is started again`);
}

async function stop({ io }: Context, berth: RunningBerth): Promise<void> {
  io.print('\nStopping the tasks and Local AWS … (Ctrl-C again: at once)');
  await berth.stop();
  io.document({ event: 'stopped' });
  io.print('Stopped.');
}
