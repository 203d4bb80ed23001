import type { RouteInput } from '../contract/routes.ts';
import type {
  DeploymentView,
  LedgerEntryView,
  PageView,
  ReleaseView,
  ServiceView,
  TaskView,
} from '../contract/views.ts';
import type { DeploymentState } from '../deployments/model.ts';
import { listOfDeployments } from '../deployments/records.ts';
import type { TaskRecord } from '../ecs/task.ts';
import { listOfTasks } from '../intake/records.ts';
import { ledgerOf } from '../kernel/ledger.ts';
import { refKey } from '../kernel/plan.ts';
import type { LedgerEntry } from '../kernel/ports.ts';
import type { ServiceState } from '../services/model.ts';
import { listOfServices, type ReleaseRecord, releaseSortPrefix } from '../services/records.ts';
import { environmentBy, findService, type ServicePath } from './find.ts';
import { pageOf } from './pages.ts';
import type { OperationDependencies } from './ports.ts';
import { deploymentView } from './present/deployment.ts';
import { ledgerEntryView, releaseView } from './present/history.ts';
import { releaseNumberBy, serviceView } from './present/service.ts';
import { taskView } from './present/task.ts';

export async function listServices(
  deps: OperationDependencies,
  { params, query }: RouteInput<'listServices'>,
): Promise<PageView<ServiceView>> {
  const environment = environmentBy(deps, params.environment);
  const list = { list: listOfServices(environment.name) };
  const page = await pageOf(deps.store, list, query, (body) => body as ServiceState);
  const names = page.items.map(({ ecsName }) => ecsName);
  const seen = await deps.live.look(environment.cluster, names);
  return {
    ...page,
    items: page.items.map((state) => serviceView(state, environment, seen.get(state.ecsName))),
  };
}

export async function getService(
  deps: OperationDependencies,
  { params }: { readonly params: ServicePath },
): Promise<ServiceView> {
  const { environment, state } = await findService(deps, params);
  const seen = await deps.live.look(environment.cluster, [state.ecsName]);
  return serviceView(state, environment, seen.get(state.ecsName));
}

export async function listTasks(
  deps: OperationDependencies,
  { params, query }: RouteInput<'listTasks'>,
): Promise<PageView<TaskView>> {
  const { environment, state } = await findService(deps, params);
  const list = { list: listOfTasks(environment.name, state.ecsName), descending: true };
  return pageOf(deps.store, list, query, (body) => {
    const task = body as TaskRecord;
    const is = task.lastStatus === 'STOPPED' ? 'stopped' : 'running';
    if (query.status !== 'all' && query.status !== is) return undefined;
    return taskView(task, releaseNumberBy(state, task.taskDefinitionArn));
  });
}

export async function listDeployments(
  deps: OperationDependencies,
  { params, query }: RouteInput<'listDeployments'>,
): Promise<PageView<DeploymentView>> {
  const { state } = await findService(deps, params);
  const list = { list: listOfDeployments(state.id), descending: true };
  return pageOf(deps.store, list, query, (body) => deploymentView(body as DeploymentState));
}

export async function listReleases(
  deps: OperationDependencies,
  { params, query }: RouteInput<'listReleases'>,
): Promise<PageView<ReleaseView>> {
  const { ref } = await findService(deps, params);
  const list = { partition: refKey(ref), sortPrefix: releaseSortPrefix, descending: true };
  return pageOf(deps.store, list, query, (body) => releaseView(body as ReleaseRecord));
}

export async function getServiceLedger(
  deps: OperationDependencies,
  { params, query }: RouteInput<'getServiceLedger'>,
): Promise<PageView<LedgerEntryView>> {
  const { ref } = await findService(deps, params);
  const list = { ...ledgerOf(ref), descending: true };
  return pageOf(deps.store, list, query, (body) => ledgerEntryView(body as LedgerEntry));
}
