import type { RouteInput } from '../contract/routes.ts';
import type { DeploymentView, LedgerEntryView, PageView } from '../contract/views.ts';
import { ledgerOf } from '../kernel/ledger.ts';
import type { LedgerEntry } from '../kernel/ports.ts';
import { findDeployment } from './find.ts';
import { lookForNews, retryAfterMs } from './news.ts';
import { pageOf } from './pages.ts';
import type { OperationDependencies } from './ports.ts';
import { deploymentView } from './present/deployment.ts';
import { ledgerEntryView } from './present/history.ts';

/**
 * A deployment as it is. With `since`, and while nothing has changed since that version, it says so; with `wait` it
 * looks for news for so many seconds before it does.
 */
export async function getDeployment(
  deps: OperationDependencies,
  { params, query }: RouteInput<'getDeployment'>,
): Promise<DeploymentView> {
  const look = async () => {
    const { state, version } = await findDeployment(deps, params.id);
    const isNews = query.since === undefined || version !== query.since || state.at.phase === 'ended';
    return { isNews, view: { ...deploymentView(state), version } };
  };
  const { isNews, view } = await lookForNews(look, query.wait ?? 0);
  return isNews ? view : { ...view, unchanged: true, retryAfterMs };
}

export async function getDeploymentLedger(
  deps: OperationDependencies,
  { params, query }: RouteInput<'getDeploymentLedger'>,
): Promise<PageView<LedgerEntryView>> {
  const { ref } = await findDeployment(deps, params.id);
  return pageOf(deps.store, ledgerOf(ref), query, (body) => ledgerEntryView(body as LedgerEntry));
}
