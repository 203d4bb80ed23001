import { Command } from 'commander';
import { requireDeploymentId } from '../deployments/id.ts';
import { seeThrough, type WaitOptions } from '../deployments/move.ts';
import { timeoutOption, waitOption } from '../options.ts';
import { run } from '../run.ts';

export function abortCommand(): Command {
  return new Command('abort')
    .description('end a deployment and go back to what ran before')
    .argument('<deployment>')
    .addOption(waitOption())
    .addOption(timeoutOption())
    .action((said: string, options: WaitOptions, command: Command) =>
      run(command, async (context) => {
        const id = requireDeploymentId(said);
        const deployment = await context.client.abortDeployment({ id, body: { actor: context.actor } });
        return seeThrough(context, deployment, options);
      }),
    );
}
