import { Command } from 'commander';
import type { PlanView } from '../../core/contract/views.ts';
import type { Context } from '../context.ts';
import { type Exit, worst } from '../exit.ts';
import { chosenServices, defaultManifest, loadManifest, serviceBody } from '../manifest/load.ts';
import { renderChecks, renderPlan } from '../render/plan.ts';
import { run } from '../run.ts';

interface PlanOptions {
  readonly file: string;
  readonly detailedExitcode?: true;
}

export function planCommand(): Command {
  return new Command('plan')
    .description(
      'what a deployment would change, in which steps, and what speaks against it; changes nothing',
    )
    .argument('[service...]', 'services of the manifest (default: all)')
    .option('-f, --file <file>', 'the manifest', defaultManifest)
    .option('--detailed-exitcode', 'end with 10 where there is something to do (default: 0)')
    .action((services: string[], options: PlanOptions, command: Command) =>
      run(command, async (context) => {
        const plans = await plansOf(context, services, options.file);
        context.io.document({ plans });
        context.io.print(plans.map((plan) => renderPlan(plan, context.io.paint)).join('\n\n'));
        return worst(plans.map((plan) => exitOfPlan(plan, options.detailedExitcode === true)));
      }),
    );
}

export function verifyCommand(): Command {
  return new Command('verify')
    .description('whether what a deployment needs is there: image, secrets, roles, load balancer, quotas')
    .argument('[service...]', 'services of the manifest (default: all)')
    .option('-f, --file <file>', 'the manifest', defaultManifest)
    .action((services: string[], options: PlanOptions, command: Command) =>
      run(command, async (context) => {
        const plans = await plansOf(context, services, options.file);
        const checked = plans.map(({ service, refusals, checks }) => ({ service, refusals, checks }));
        context.io.document({ services: checked });
        context.io.print(plans.map((plan) => renderChecks(plan, context.io.paint)).join('\n\n'));
        return worst(plans.map((plan) => exitOfPlan(plan, false)));
      }),
    );
}

async function plansOf(context: Context, names: readonly string[], file: string): Promise<PlanView[]> {
  const { client, environment, actor } = context;
  const manifest = await loadManifest(file);
  return Promise.all(
    chosenServices(manifest, names).map((service) =>
      client.planDeployment({ body: { environment, actor, ...serviceBody(manifest, service) } }),
    ),
  );
}

function exitOfPlan({ outcome, checks }: PlanView, isDetailed: boolean): Exit {
  if (outcome === 'refused' || checks.some(({ result }) => result === 'problem')) return 'refused';
  return outcome === 'changes' && isDetailed ? 'changes' : 'succeeded';
}
