import { Command } from 'commander';
import type { WaitOptions } from '../deployments/move.ts';
import { timeoutOption, waitOption } from '../options.ts';
import { run } from '../run.ts';
import { resolveService } from '../services/resolve.ts';
import { settleCount } from '../services/settle.ts';

export function stopCommand(): Command {
  return new Command('stop')
    .description('let a service have no tasks; berth scale starts it again')
    .argument('<service>')
    .addOption(waitOption())
    .addOption(timeoutOption())
    .action((said: string, options: WaitOptions, command: Command) =>
      run(command, async (context) => {
        const { client, environment, actor } = context;
        const service = await resolveService(context, said);
        return settleCount(
          context,
          await client.stopService({ environment, service, body: { actor } }),
          0,
          options,
        );
      }),
    );
}
