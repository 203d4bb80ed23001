import type { RouteInput } from '../contract/routes.ts';
import type { ExplanationView } from '../contract/views.ts';
import { BerthError } from '../kernel/errors.ts';
import type { Ref } from '../kernel/plan.ts';
import { findDeployment, findService } from './find.ts';
import type { ExplainDependencies } from './ports.ts';
import { explanationView } from './present/history.ts';

export async function explainDeployment(
  deps: ExplainDependencies,
  { params }: RouteInput<'explainDeployment'>,
): Promise<ExplanationView> {
  return explain(deps, (await findDeployment(deps, params.id)).ref);
}

export async function explainService(
  deps: ExplainDependencies,
  { params }: RouteInput<'explainService'>,
): Promise<ExplanationView> {
  return explain(deps, (await findService(deps, params)).ref);
}

async function explain(deps: ExplainDependencies, ref: Ref): Promise<ExplanationView> {
  const plan = await deps.engine.explain(ref);
  if (plan) return explanationView(plan);
  throw new BerthError('not-found', `there is no ${ref.kind} ${ref.id}`);
}
