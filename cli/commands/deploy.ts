import { Command } from 'commander';
import type { DeploymentView } from '../../core/contract/views.ts';
import { seeApplicationThrough } from '../applications/see-through.ts';
import { startApplication } from '../applications/start.ts';
import type { Context } from '../context.ts';
import { follow, whileWatching } from '../deployments/follow.ts';
import { exitOf, tell, tellStarted } from '../deployments/report.ts';
import { type Started, startDeployments } from '../deployments/start.ts';
import { type Exit, worst } from '../exit.ts';
import { chosenServices, defaultManifest, loadManifest } from '../manifest/load.ts';
import { keyOption, messageOption, queueOption, timeoutOption, waitOption } from '../options.ts';
import { renderFailure } from '../render/failure.ts';
import { describe, run } from '../run.ts';

interface DeployOptions {
  readonly file: string;
  readonly wait?: true;
  readonly timeout?: number;
  readonly queue?: true;
  readonly key?: string;
  readonly message?: string;
}

export function deployCommand(): Command {
  return new Command('deploy')
    .description('deploy the services of a manifest as one, or each of those that are named')
    .argument('[service...]', 'services of the manifest (default: all)')
    .option('-f, --file <file>', 'the manifest', defaultManifest)
    .addOption(waitOption())
    .addOption(timeoutOption())
    .addOption(queueOption())
    .addOption(keyOption())
    .addOption(messageOption())
    .action((services: string[], options: DeployOptions, command: Command) =>
      run(command, (context) => deploy(context, services, options)),
    );
}

async function deploy(context: Context, names: readonly string[], options: DeployOptions): Promise<Exit> {
  const manifest = await loadManifest(options.file);
  const asking = {
    whenBusy: options.queue ? 'queue' : 'supersede',
    ...(options.key !== undefined && { key: options.key }),
    ...(options.message !== undefined && { message: options.message }),
  } as const;
  if (names.length === 0 && manifest.services.length > 1)
    return seeApplicationThrough(context, await startApplication(context, manifest, asking), options);
  const services = chosenServices(manifest, names);
  const started = await startDeployments(context, manifest, { services, ...asking });
  tellRefusals(context, started);
  const asked = started.flatMap((one) => ('deployment' in one ? [one.deployment] : []));
  const present = options.wait ? await waited(context, asked, options.timeout) : asked;
  for (const one of present) (options.wait ? tell : tellStarted)(context, one);
  context.io.document({ deployments: present, refused: refusalsOf(started) });
  return worst([
    ...refusalsOf(started).map(({ error }) => error.exit),
    ...(options.wait ? present.map(exitOf) : []),
  ]);
}

const waited = (context: Context, asked: readonly DeploymentView[], timeoutSeconds: number | undefined) =>
  whileWatching(context, () => follow(context, asked, { timeoutSeconds }));

function refusalsOf(started: readonly Started[]) {
  return started.flatMap((one) =>
    'refusal' in one ? [{ service: one.service, error: describe(one.refusal) }] : [],
  );
}

function tellRefusals({ io }: Context, started: readonly Started[]): void {
  for (const one of started) {
    if ('refusal' in one) io.complain(`${one.service}: ${renderFailure(one.refusal, io.paint)}`);
  }
}
