import { Command } from 'commander';
import type { DeploymentView } from '../../core/contract/views.ts';
import { looksLikeApplication, requireApplicationId } from '../applications/id.ts';
import { seeApplicationThrough } from '../applications/see-through.ts';
import type { Context } from '../context.ts';
import { seeThrough, type WaitOptions } from '../deployments/move.ts';
import { resolveDeployment } from '../deployments/under-way.ts';
import { reasonOption, timeoutOption, waitOption } from '../options.ts';
import { run } from '../run.ts';

interface ControlOptions extends WaitOptions {
  readonly reason?: string;
}

interface Said {
  readonly id: string;
  readonly body: { readonly actor: string; readonly reason?: string };
}

type Say = (client: Context['client'], said: Said) => Promise<DeploymentView>;

/** A command by which somebody says something to a deployment. */
const control = (name: string, description: string, say: Say) => () =>
  new Command(name)
    .description(description)
    .argument('[deployment|service]', 'which one (default: the only one that is under way)')
    .addOption(reasonOption())
    .addOption(waitOption())
    .addOption(timeoutOption())
    .action((said: string | undefined, options: ControlOptions, command: Command) =>
      run(command, async (context) => {
        const { actor, client } = context;
        if (name === 'abort' && said !== undefined && looksLikeApplication(said))
          return abortApplication(context, said, options);
        const id = await resolveDeployment(context, said);
        const { reason } = options;
        const deployment = await say(client, {
          id,
          body: { actor, ...(reason !== undefined && { reason }) },
        });
        return seeThrough(context, deployment, options);
      }),
    );

async function abortApplication(context: Context, said: string, options: ControlOptions) {
  const { actor, client } = context;
  const { reason } = options;
  const id = requireApplicationId(said);
  const body = { actor, ...(reason !== undefined && { reason }) };
  return seeApplicationThrough(context, await client.abortApplication({ id, body }), options);
}

export const controlCommands = [
  control('approve', 'let a deployment go on that waits for somebody', (client, said) =>
    client.approveDeployment(said),
  ),
  control('promote', 'give the new release all traffic now', (client, said) =>
    client.promoteDeployment(said),
  ),
  control('skip', 'end the present step of a deployment before its time', (client, said) =>
    client.skipStep(said),
  ),
  control('pause', 'hold a deployment at its present step', (client, said) => client.pauseDeployment(said)),
  control('resume', 'let a deployment go on that was paused', (client, said) =>
    client.resumeDeployment(said),
  ),
  control('abort', 'end a deployment and go back to what ran before', (client, said) =>
    client.abortDeployment(said),
  ),
];
