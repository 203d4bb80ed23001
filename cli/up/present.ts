import type { Context } from '../context.ts';
import { safeLine } from '../render/safe.ts';
import { allServices } from '../services/resolve.ts';
import type { RunningBerth } from './berth.ts';
import { deployExample } from './example.ts';
import { nextCommands } from './next.ts';
import { buildImages } from './prepare.ts';

export interface Presentation {
  readonly example: boolean;
  /** The data directory, absolute. */
  readonly data: string;
}

/** How tasks run, by Local AWS's runtime. */
const ways: Readonly<Record<string, string>> = {
  docker: 'tasks run as containers',
  process: 'tasks run as processes',
  scripted: 'tasks follow their scripts, and nothing runs',
};

/** Tells what runs and where, after the example is deployed if it is asked for. */
export async function present(context: Context, berth: RunningBerth, what: Presentation): Promise<void> {
  const { io } = context;
  const { endpoint, api, health } = berth;
  const inContainers = health.runtime === 'docker';
  io.print(`${io.paint.green('✔')} Berth runs; ${ways[health.runtime ?? ''] ?? 'tasks run'}`);
  if (health.clock === 'virtual') {
    io.print(
      `  Time stands still. A minute passes: curl -X POST ${endpoint}/_local/clock -d '{"advanceSeconds":60}'`,
    );
  }
  if (what.example) {
    if (inContainers) await buildImages();
    await deployExample(context);
  }
  const urls = (await allServices(context)).flatMap((service) => service.urls);
  const silent = await silentOf(urls);
  io.document({ event: 'ready', endpoint, api, runtime: health.runtime, urls });
  const note = (url: string) => (silent.has(url) ? `  ${io.paint.yellow('does not answer yet')}` : '');
  const line = (name: string, url: string) =>
    `  ${name.padEnd(13)} ${io.paint.cyan(safeLine(url))}${note(url)}`;
  io.print(
    ['', ...urls.map((url) => line('service', url)), line('API', api), line('AWS endpoint', endpoint)].join(
      '\n',
    ),
  );
  io.print(`\nIn another terminal, in this directory:\n${commandLines(context, what)}`);
  io.print('\nCtrl-C stops everything.');
}

function commandLines(context: Context, { example, data }: Presentation): string {
  const commands = nextCommands(context, data);
  const shown = example ? commands : commands.slice(0, 2);
  const width = Math.max(...shown.map(([command]) => command.length));
  return shown
    .map(([command, meaning]) => `  ${command.padEnd(width)}  ${context.io.paint.dim(meaning)}`)
    .join('\n');
}

async function silentOf(urls: readonly string[]): Promise<ReadonlySet<string>> {
  const answers = await Promise.all(urls.map(isAnswering));
  return new Set(urls.filter((_, place) => !answers[place]));
}

async function isAnswering(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
    (answer) => answer.status < 500,
    () => false,
  );
}
