import { Command, Option } from 'commander';
import type { TaskView } from '../../core/contract/views.ts';
import type { Context } from '../context.ts';
import type { Exit } from '../exit.ts';
import { whole } from '../options.ts';
import { collect } from '../pages.ts';
import { renderTasks, type TaskRow } from '../render/tasks.ts';
import { run } from '../run.ts';
import { allServices, resolveService } from '../services/resolve.ts';

interface TasksOptions {
  readonly all?: true;
  readonly limit: number;
}

const pageSize = 100;

export function tasksCommand(): Command {
  return new Command('tasks')
    .description('the tasks of a service, or of all; stopped ones, too, with --all')
    .argument('[service]')
    .option('-a, --all', 'also those that have stopped, and why')
    .addOption(new Option('--limit <n>', 'at most so many a service').argParser(whole(1, 10_000)).default(50))
    .action((service: string | undefined, options: TasksOptions, command: Command) =>
      run(command, (context) => tasks(context, service, options)),
    );
}

async function tasks(context: Context, said: string | undefined, options: TasksOptions): Promise<Exit> {
  const { io } = context;
  const rows = said === undefined ? await ofAll(context, options) : await ofOne(context, said, options);
  io.document({
    items: rows.map(({ service, task }) => ({ ...(service !== undefined && { service }), ...task })),
  });
  io.print(rows.length > 0 ? renderTasks(rows, Date.now(), io.paint) : noneOf(options));
  return 'succeeded';
}

const noneOf = ({ all }: TasksOptions) =>
  all ? 'There was no task yet.' : 'No task runs; --all shows those that did.';

async function ofOne(context: Context, said: string, options: TasksOptions): Promise<TaskRow[]> {
  const found = await tasksOf(context, await resolveService(context, said), options);
  return found.map((task) => ({ task }));
}

async function ofAll(context: Context, options: TasksOptions): Promise<TaskRow[]> {
  const rows: TaskRow[] = [];
  for (const { service } of await allServices(context)) {
    rows.push(...(await tasksOf(context, service, options)).map((task) => ({ service, task })));
  }
  return rows;
}

/** The tasks of a service, newest first. */
export function tasksOf(
  context: Context,
  service: string,
  { all, limit }: TasksOptions,
): Promise<TaskView[]> {
  const { client, environment } = context;
  const status = all ? 'all' : 'running';
  const page = Math.min(pageSize, limit);
  return collect((after) => client.listTasks({ environment, service, status, limit: page, after }), limit);
}
