import { Command } from 'commander';
import type { Context } from '../context.ts';
import type { Exit } from '../exit.ts';
import { renderAdoption } from '../render/drift.ts';
import { run } from '../run.ts';

interface AdoptOptions {
  readonly app?: string;
}

export function adoptCommand(): Command {
  return new Command('adopt')
    .description('take over a live ECS service without touching it, and print it as berth.yaml would have it')
    .argument('<service>', 'its name in ECS, <app>-<service>')
    .option('--app <app>', 'the app in its name (default: up to the first hyphen)')
    .action((service: string, options: AdoptOptions, command: Command) =>
      run(command, (context) => adopt(context, service, options)),
    );
}

async function adopt(context: Context, service: string, { app }: AdoptOptions): Promise<Exit> {
  const { client, environment, actor, io } = context;
  const body = { actor, ...(app !== undefined && { app }) };
  const adopted = await client.adoptService({ environment, service, body });
  io.document(adopted);
  io.print(renderAdoption(adopted, io.paint));
  return 'succeeded';
}
