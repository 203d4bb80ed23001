import { Command } from 'commander';
import type { Context } from '../context.ts';
import type { Exit } from '../exit.ts';
import { renderService, renderServices } from '../render/services.ts';
import { run } from '../run.ts';
import { allServices, resolveService } from '../services/resolve.ts';

export function statusCommand(): Command {
  return new Command('status')
    .description('what is wanted and what runs, of all services or of one')
    .argument('[service]')
    .action((service: string | undefined, _options: object, command: Command) =>
      run(command, (context) => (service === undefined ? all(context) : one(context, service))),
    );
}

async function all(context: Context): Promise<Exit> {
  const { io, environment } = context;
  const items = await allServices(context);
  io.document({ items });
  io.print(
    items.length > 0 ? renderServices(items, io.paint) : `No service in ${environment} yet: berth deploy`,
  );
  return 'succeeded';
}

async function one(context: Context, said: string): Promise<Exit> {
  const { io, client, environment } = context;
  const service = await client.getService({ environment, service: await resolveService(context, said) });
  io.document(service);
  io.print(renderService(service, Date.now(), io.paint));
  return 'succeeded';
}
