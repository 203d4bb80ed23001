import { randomUUID } from 'node:crypto';
import { Command, Option } from 'commander';
import type { DriftView } from '../../core/contract/views.ts';
import type { Context } from '../context.ts';
import { seeThrough, type WaitOptions } from '../deployments/move.ts';
import type { Exit } from '../exit.ts';
import { Failure } from '../failure.ts';
import { messageOption, timeoutOption, waitOption } from '../options.ts';
import { renderAdoption, renderDrift } from '../render/drift.ts';
import { patiently } from '../retry.ts';
import { run } from '../run.ts';
import { allServices, resolveService } from '../services/resolve.ts';

interface DriftOptions extends WaitOptions {
  readonly adopt?: true;
  readonly revert?: true;
  readonly message?: string;
}

const patienceMs = 2_000;

export function driftCommand(): Command {
  return new Command('drift')
    .description(
      'what somebody changed in ECS, of all services or of one; ends with 10 where there is something',
    )
    .argument('[service]')
    .addOption(new Option('--adopt', 'take over what is there, as a new release').conflicts('revert'))
    .option('--revert', 'deploy what Berth wants again')
    .addOption(waitOption())
    .addOption(timeoutOption())
    .addOption(messageOption())
    .action((service: string | undefined, options: DriftOptions, command: Command) =>
      run(command, (context) => drift(context, service, options)),
    );
}

async function drift(context: Context, said: string | undefined, options: DriftOptions): Promise<Exit> {
  if (said === undefined) {
    if (options.adopt || options.revert)
      throw new Failure('badInput', 'say which service: berth drift SERVICE --adopt, or --revert');
    return tell(context, await driftOfAll(context));
  }
  const service = await resolveService(context, said);
  if (options.adopt) return adopt(context, service, options);
  if (options.revert) return revert(context, service, options);
  const { client, environment } = context;
  return tell(context, [await client.getDrift({ environment, service })]);
}

async function driftOfAll(context: Context): Promise<DriftView[]> {
  const { client, environment } = context;
  const found: DriftView[] = [];
  for (const { service } of await allServices(context))
    found.push(await client.getDrift({ environment, service }));
  return found;
}

function tell({ io }: Context, found: readonly DriftView[]): Exit {
  io.document({ items: found });
  io.print(found.map((one) => renderDrift(one, io.paint)).join('\n'));
  return found.some(({ state }) => state === 'drifted') ? 'changes' : 'succeeded';
}

async function adopt(context: Context, service: string, { message }: DriftOptions): Promise<Exit> {
  const { client, environment, actor, io } = context;
  const body = { actor, ...(message !== undefined && { message }) };
  const adopted = await client.adoptDrift({ environment, service, body });
  io.document(adopted);
  io.print(renderAdoption(adopted, io.paint));
  return 'succeeded';
}

async function revert(context: Context, service: string, options: DriftOptions): Promise<Exit> {
  const { client, environment, actor } = context;
  const body = { actor, ...(options.message !== undefined && { message: options.message }) };
  const idempotencyKey = randomUUID();
  const ask = () => client.revertDrift({ environment, service, body, idempotencyKey });
  return seeThrough(context, await patiently(ask, patienceMs), options);
}
