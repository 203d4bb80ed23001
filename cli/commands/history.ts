import { Command, Option } from 'commander';
import { whole } from '../options.ts';
import { collect } from '../pages.ts';
import { renderHistory } from '../render/history.ts';
import { run } from '../run.ts';
import { resolveService } from '../services/resolve.ts';

interface HistoryOptions {
  readonly limit: number;
}

export function historyCommand(): Command {
  return new Command('history')
    .description('the deployments of a service with their verdicts, newest first')
    .argument('<service>')
    .addOption(new Option('--limit <n>', 'at most so many').argParser(whole(1, 10_000)).default(20))
    .action((said: string, { limit }: HistoryOptions, command: Command) =>
      run(command, async (context) => {
        const { io, client, environment } = context;
        const service = await resolveService(context, said);
        const page = Math.min(100, limit);
        const items = await collect(
          (after) => client.listDeployments({ environment, service, limit: page, after }),
          limit,
        );
        io.document({ items });
        io.print(items.length > 0 ? renderHistory(items, Date.now(), io.paint) : 'No deployment yet.');
        return 'succeeded';
      }),
    );
}
