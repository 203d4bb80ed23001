import { randomUUID } from 'node:crypto';
import { Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { seeThrough, type WaitOptions } from '../deployments/move.ts';
import type { Exit } from '../exit.ts';
import { keyOption, messageOption, queueOption, timeoutOption, waitOption, whole } from '../options.ts';
import { patiently } from '../retry.ts';
import { run } from '../run.ts';
import { resolveService } from '../services/resolve.ts';

interface RollbackOptions extends WaitOptions {
  readonly to?: number;
  readonly queue?: true;
  readonly key?: string;
  readonly message?: string;
}

const patienceMs = 2_000;

export function rollbackCommand(): Command {
  return new Command('rollback')
    .description('go back to a release that was seen succeeding')
    .argument('<service>')
    .addOption(
      new Option('--to <release>', 'its number (default: the last other one)').argParser(whole(1, 1e9 - 1)),
    )
    .addOption(waitOption())
    .addOption(timeoutOption())
    .addOption(queueOption())
    .addOption(keyOption())
    .addOption(messageOption())
    .action((service: string, options: RollbackOptions, command: Command) =>
      run(command, (context) => rollback(context, service, options)),
    );
}

async function rollback(context: Context, said: string, options: RollbackOptions): Promise<Exit> {
  const { client, environment, actor } = context;
  const service = await resolveService(context, said);
  const idempotencyKey = options.key ?? randomUUID();
  const body = {
    actor,
    whenBusy: options.queue ? ('queue' as const) : ('supersede' as const),
    ...(options.to !== undefined && { release: options.to }),
    ...(options.message !== undefined && { message: options.message }),
  };
  const ask = () => client.rollBack({ environment, service, body, idempotencyKey });
  return seeThrough(context, await patiently(ask, patienceMs), options);
}
