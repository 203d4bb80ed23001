import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { formatSeconds } from '../../core/contract/units.ts';
import type { LogEventView } from '../../core/contract/views.ts';
import type { Context } from '../context.ts';
import type { Exit } from '../exit.ts';
import { Failure } from '../failure.ts';
import { seconds, whole } from '../options.ts';
import { collect } from '../pages.ts';
import { renderLogEvent } from '../render/logs.ts';
import { patiently } from '../retry.ts';
import { run } from '../run.ts';
import { resolveService } from '../services/resolve.ts';
import { createTail } from '../services/tail.ts';
import { tasksOf } from './tasks.ts';

interface LogsOptions {
  readonly follow?: true;
  readonly since: number;
  readonly task?: string;
  readonly filter?: string;
  readonly lines: number;
}

interface LogsQuery {
  readonly service: string;
  readonly task?: string;
  readonly filter?: string;
}

const pageSize = 1_000;
const lookEveryMs = 500;
const patienceMs = 60_000;

export function logsCommand(): Command {
  return new Command('logs')
    .description('what the tasks of a service write')
    .argument('<service>')
    .option('-f, --follow', 'go on showing what is written, until Ctrl-C')
    .addOption(new Option('--since <duration>', 'how far back').argParser(seconds).default(3_600, '1h'))
    .option('--task <id>', 'one task only; the beginning of its id is enough')
    .option('--filter <text>', 'only lines that hold this text')
    .addOption(new Option('-n, --lines <n>', 'at most the last n').argParser(whole(1, 100_000)).default(500))
    .action((service: string, options: LogsOptions, command: Command) =>
      run(command, (context) => logs(context, service, options)),
    );
}

async function logs(context: Context, said: string, options: LogsOptions): Promise<Exit> {
  const service = await resolveService(context, said);
  const task = options.task === undefined ? undefined : await resolveTask(context, service, options.task);
  const query: LogsQuery = {
    service,
    ...(task !== undefined && { task }),
    ...(options.filter !== undefined && { filter: options.filter }),
  };
  const lines = await read(context, query, formatSeconds(options.since));
  const items = lines.slice(-options.lines);
  if (!options.follow) {
    context.io.document({ items });
    show(context, items);
    return 'succeeded';
  }
  return followLogs(context, query, lines, items);
}

async function followLogs(
  context: Context,
  query: LogsQuery,
  read1: readonly LogEventView[],
  items: readonly LogEventView[],
): Promise<Exit> {
  const tail = createTail();
  tail.fresh(read1);
  tellLive(context, items);
  let startedAt = new Date().toISOString();
  process.once('SIGINT', () => process.exit(0));
  for (;;) {
    await sleep(lookEveryMs);
    startedAt = tail.since() ?? startedAt;
    const since = startedAt;
    tellLive(context, tail.fresh(await patiently(() => read(context, query, since), patienceMs)));
  }
}

function read(context: Context, query: LogsQuery, since: string): Promise<LogEventView[]> {
  const { client, environment } = context;
  return collect((after) => client.getLogs({ environment, ...query, since, limit: pageSize, after }));
}

function show({ io }: Context, events: readonly LogEventView[]): void {
  for (const event of events) io.print(renderLogEvent(event, io.paint));
}

function tellLive(context: Context, events: readonly LogEventView[]): void {
  for (const event of events) context.io.document(event);
  show(context, events);
}

async function resolveTask(context: Context, service: string, said: string): Promise<string> {
  const begun = (said.split('/').at(-1) ?? said).toLowerCase();
  if (/^[a-f0-9]{32}$/.test(begun)) return begun;
  const tasks = await tasksOf(context, service, { all: true, limit: 1_000 });
  const [found, ...others] = tasks.filter(({ id }) => begun !== '' && id.startsWith(begun));
  if (found && others.length === 0) return found.id;
  const message = found
    ? `several tasks of ${service} begin with "${said}"`
    : `${service} has no task "${said}"`;
  throw new Failure(found ? 'badInput' : 'notFound', message, {
    advice: `berth tasks ${service} --all lists them.`,
  });
}
