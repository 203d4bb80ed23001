import { Command } from 'commander';
import type { Context } from '../context.ts';
import type { WaitOptions } from '../deployments/move.ts';
import type { Exit } from '../exit.ts';
import { timeoutOption, waitOption, whole } from '../options.ts';
import { run } from '../run.ts';
import { resolveService } from '../services/resolve.ts';
import { settleCount } from '../services/settle.ts';

const mostTasks = 5_000;

export function scaleCommand(): Command {
  return new Command('scale')
    .description('set how many tasks a service has')
    .argument('<service>')
    .argument('<count>', 'how many', whole(0, mostTasks))
    .addOption(waitOption())
    .addOption(timeoutOption())
    .action((service: string, count: number, options: WaitOptions, command: Command) =>
      run(command, (context) => scale(context, service, count, options)),
    );
}

async function scale(context: Context, said: string, count: number, options: WaitOptions): Promise<Exit> {
  const { client, environment, actor } = context;
  const service = await resolveService(context, said);
  const scaled = await client.scaleService({ environment, service, body: { count, actor } });
  return settleCount(context, scaled, count, options);
}
