import type { RouteInput } from '../contract/routes.ts';
import type { DeploymentView, ExplanationView, LedgerEntryView, PageView } from '../contract/views.ts';
import type { DeploymentState } from '../deployments/model.ts';
import { BerthError } from '../kernel/errors.ts';
import { ledgerOf } from '../kernel/ledger.ts';
import type { Ref } from '../kernel/plan.ts';
import type { LedgerEntry } from '../kernel/ports.ts';
import { defaultActor } from './create-deployment.ts';
import { deliver } from './deliver.ts';
import { findDeployment } from './find.ts';
import { pageOf } from './pages.ts';
import type { OperationDependencies } from './ports.ts';
import { deploymentView } from './present/deployment.ts';
import { explanationView, ledgerEntryView } from './present/history.ts';

export async function getDeployment(
  deps: OperationDependencies,
  { params }: RouteInput<'getDeployment'>,
): Promise<DeploymentView> {
  return deploymentView((await findDeployment(deps, params.id)).state);
}

/** Ends a deployment and goes back. Throws `conflict` for one that has its verdict. */
export async function abortDeployment(
  deps: OperationDependencies,
  { params, body }: RouteInput<'abortDeployment'>,
): Promise<DeploymentView> {
  const { ref, state } = await findDeployment(deps, params.id);
  if (state.at.phase === 'ended')
    throw new BerthError('conflict', `${params.id} has ended already: ${state.at.verdict}`);
  const message = { type: 'abort', actor: body.actor ?? defaultActor };
  const next = await deliver(deps, ref, message, `abort/${deps.newId()}`);
  return deploymentView((next ?? state) as DeploymentState);
}

export async function getDeploymentLedger(
  deps: OperationDependencies,
  { params, query }: RouteInput<'getDeploymentLedger'>,
): Promise<PageView<LedgerEntryView>> {
  const { ref } = await findDeployment(deps, params.id);
  return pageOf(deps.store, ledgerOf(ref), query, (body) => ledgerEntryView(body as LedgerEntry));
}

export async function explainDeployment(
  deps: OperationDependencies,
  { params }: RouteInput<'explainDeployment'>,
): Promise<ExplanationView> {
  return explain(deps, (await findDeployment(deps, params.id)).ref);
}

export async function explain(deps: OperationDependencies, ref: Ref): Promise<ExplanationView> {
  const plan = await deps.engine.explain(ref);
  if (plan) return explanationView(plan);
  throw new BerthError('not-found', `there is no ${ref.kind} ${ref.id}`);
}
