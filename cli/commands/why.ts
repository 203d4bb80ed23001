import { Command } from 'commander';
import { looksLikeApplication, requireApplicationId } from '../applications/id.ts';
import { whyApplication } from '../applications/why.ts';
import type { Context } from '../context.ts';
import { isOver } from '../deployments/follow.ts';
import { looksLikeDeployment, requireDeploymentId } from '../deployments/id.ts';
import { tell } from '../deployments/report.ts';
import type { Exit } from '../exit.ts';
import { collect } from '../pages.ts';
import { renderJudgement, shownIntervals } from '../render/judgement.ts';
import { renderExplanation, renderLedger } from '../render/ledger.ts';
import { renderServices } from '../render/services.ts';
import { run } from '../run.ts';
import { resolveService } from '../services/resolve.ts';

const pageSize = 100;
const mostEntries = 1_000;
/** Of a service, whose ledger goes back to its beginning. */
const latestEntries = 20;

export function whyCommand(): Command {
  return new Command('why')
    .description('every decision of a deployment, or the latest ones about a service, with reasons')
    .argument('<deployment|service>')
    .action((said: string, _options: object, command: Command) =>
      run(command, (context) => {
        if (looksLikeApplication(said)) return whyApplication(context, requireApplicationId(said));
        return looksLikeDeployment(said)
          ? ofDeployment(context, requireDeploymentId(said))
          : ofService(context, said);
      }),
    );
}

async function ofDeployment(context: Context, id: string): Promise<Exit> {
  const { client, io } = context;
  const deployment = await client.getDeployment({ id });
  const ledger = await collect(
    (after) => client.getDeploymentLedger({ id, limit: pageSize, after }),
    mostEntries,
  );
  const explanation = isOver(deployment) ? undefined : await client.explainDeployment({ id });
  const evidence = deployment.course?.isJudged
    ? await client.getEvidence({ id, limit: shownIntervals })
    : undefined;
  io.document({ deployment, ledger, ...(explanation && { explanation }), ...(evidence && { evidence }) });
  tell(context, deployment);
  if (evidence?.judgement) io.print(`\n${renderJudgement(evidence, io.paint)}`);
  io.print(`\n${renderLedger(ledger, io.paint)}`);
  if (explanation) io.print(`\n${renderExplanation(explanation, Date.now(), io.paint)}`);
  return 'succeeded';
}

async function ofService(context: Context, said: string): Promise<Exit> {
  const { client, environment, io } = context;
  const name = await resolveService(context, said);
  const [service, explanation, page] = await Promise.all([
    client.getService({ environment, service: name }),
    client.explainService({ environment, service: name }),
    client.getServiceLedger({ environment, service: name, limit: latestEntries }),
  ]);
  const ledger = page.items.toReversed();
  io.document({ service, ledger, explanation });
  io.print(renderServices([service], io.paint));
  io.print(`\n${renderLedger(ledger, io.paint)}`);
  io.print(`\n${renderExplanation(explanation, Date.now(), io.paint)}`);
  return 'succeeded';
}
