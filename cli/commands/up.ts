import { Command } from 'commander';
import { createClient } from '../../core/contract/client.ts';
import type { Context } from '../context.ts';
import { defaultApi } from '../endpoint.ts';
import { type Exit, exits } from '../exit.ts';
import { safeLine } from '../render/safe.ts';
import { run } from '../run.ts';
import { type RunningBerth, startBerth } from '../up/berth.ts';
import { deployExample, nextCommands, requireAnswer, serviceUrls } from '../up/example.ts';
import { optionsOf, type UpFlags, upOptions } from '../up/flags.ts';
import { onInterrupt } from '../up/interrupts.ts';
import { urls } from '../up/layout.ts';
import { buildImages } from '../up/prepare.ts';

export function upCommand(): Command {
  return upOptions(
    new Command('up').description('run Berth and its Local AWS on this machine, until Ctrl-C'),
  ).action((flags: UpFlags, command: Command) => run(command, (context) => up(context, flags)));
}

async function up(outer: Context, flags: UpFlags): Promise<Exit> {
  const options = optionsOf(flags);
  const { endpoint, api } = urls(options);
  const { io } = outer;
  const context: Context = { ...outer, api, client: createClient({ baseUrl: api, timeoutSeconds: 45 }) };
  let berth: RunningBerth | undefined;
  const ended = Promise.withResolvers<'stopped'>();
  const forget = onInterrupt(
    () => ended.resolve('stopped'),
    () => {
      berth?.kill();
      process.exit(exits.interrupted.code);
    },
  );
  try {
    io.print(`Starting Local AWS at ${endpoint} …`);
    berth = await startBerth(options, (name, how) => restarted(context, name, how));
    await Promise.race([present(context, berth, flags), ended.promise]);
    await ended.promise;
    return 'succeeded';
  } finally {
    if (berth) await stop(context, berth);
    forget();
  }
}

async function present(context: Context, berth: RunningBerth, { example }: UpFlags): Promise<void> {
  const { io } = context;
  const { endpoint, api, health } = berth;
  io.print(
    `${io.paint.green('✔')} Berth runs; tasks run as ${health.runtime === 'docker' ? 'containers' : 'processes'}`,
  );
  if (example) {
    if (health.runtime === 'docker') await buildImages();
    await deployExample(context);
  }
  const services = await serviceUrls(context);
  if (example) for (const url of services) await requireAnswer(url);
  io.document({ event: 'ready', endpoint, api, runtime: health.runtime, urls: services });
  const places: [string, string][] = [
    ...services.map((url): [string, string] => ['service', url]),
    ['API', api],
    ['AWS endpoint', endpoint],
  ];
  io.print(
    `\n${places.map(([name, url]) => `  ${name.padEnd(13)} ${io.paint.cyan(safeLine(url))}`).join('\n')}`,
  );
  io.print(`\nIn another terminal, in this directory:\n${commandLines(context, example === true)}`);
  io.print('\nCtrl-C stops everything.');
}

function commandLines(context: Context, example: boolean): string {
  const isDefaultApi = context.api === defaultApi;
  const commands = nextCommands(context, isDefaultApi);
  const shown = example ? commands : commands.slice(0, 2);
  const width = Math.max(...shown.map(([command]) => command.length));
  return shown
    .map(([command, meaning]) => `  ${command.padEnd(width)}  ${context.io.paint.dim(meaning)}`)
    .join('\n');
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
