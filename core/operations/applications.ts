import type { ApplicationRequest, ApplicationState, ServicePart } from '../applications/model.ts';
import { applicationRef, contentRecord } from '../applications/records.ts';
import type { ApplicationView } from '../contract/application-views.ts';
import { hashOf } from '../contract/desired.ts';
import { quoted } from '../contract/parse.ts';
import type { CreateApplication } from '../contract/requests.ts';
import type { RouteInput } from '../contract/routes.ts';
import type { LedgerEntryView, PageView } from '../contract/views.ts';
import type { DeploymentRequest } from '../deployments/model.ts';
import { BerthError, LostRace } from '../kernel/errors.ts';
import { ledgerOf } from '../kernel/ledger.ts';
import type { LedgerEntry } from '../kernel/ports.ts';
import { askedOf, checkedRequest, defaultActor, environmentOf } from './create-deployment.ts';
import { deliver } from './deliver.ts';
import { loadState } from './find.ts';
import { rememberRule } from './github/rule.ts';
import { idOf } from './ids.ts';
import { pageOf } from './pages.ts';
import type { OperationDependencies } from './ports.ts';
import { applicationView } from './present/application.ts';
import { ledgerEntryView } from './present/history.ts';

/** Deploys several services as one. Each is checked as it would be alone, before anything is written. */
export async function createApplication(
  deps: OperationDependencies,
  { body, idempotencyKey, written = body }: RouteInput<'createApplication'>,
): Promise<ApplicationView> {
  const { name: environment, cluster } = environmentOf(deps, body.environment);
  const unique =
    idempotencyKey === undefined ? deps.newId() : idOf(`${environment}/${body.app}|${idempotencyKey}`);
  const known = { id: `app_${unique}`, requestHash: hashOf({ createApplication: body }) };
  const before = idempotencyKey === undefined ? undefined : await repeated(deps, known);
  if (before) return before;
  const contents = await allOf(
    Object.keys(body.services).map((name) => contentOf(deps, body, name, known.id)),
  );
  const request: ApplicationRequest = {
    ...known,
    environment,
    cluster,
    app: body.app,
    services: contents.map((content) => partOf(content, body, known.id)),
    actor: body.actor ?? defaultActor,
    ...(body.message !== undefined && { message: body.message }),
    requestedAt: deps.clock.now(),
  };
  const { services } = written as CreateApplication;
  await Promise.all(contents.map((content) => remember(deps, { body, services }, content, request)));
  return accept(deps, request);
}

/** What one service is to become; where that cannot be, it is said at its place in the body. */
async function contentOf(
  deps: OperationDependencies,
  body: CreateApplication,
  name: string,
  application: string,
): Promise<DeploymentRequest> {
  try {
    const request = await checkedRequest(deps, askedOf(deps, bodyOf(body, name), undefined));
    return { ...request, id: deploymentOf(application, name), notify: applicationRef(application) };
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    const fields = error.fields.map(({ path, detail }) => ({ path: placeOf(path, name), detail }));
    throw new BerthError(error.kind, `${name}: ${error.message}`, fields);
  }
}

/** All of them, or everything at once that is wrong with them. */
async function allOf<Value>(works: readonly Promise<Value>[]): Promise<Value[]> {
  const settled = await Promise.allSettled(works);
  const errors: unknown[] = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  const refusals = errors.filter((error) => error instanceof BerthError);
  const [first, ...others] = refusals;
  if (first && others.length > 0 && refusals.length === errors.length)
    throw new BerthError(
      first.kind,
      refusals.map(({ message }) => message).join('; '),
      refusals.flatMap(({ fields }) => fields),
    );
  if (errors.length > 0) throw errors[0];
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

function bodyOf({ services, ...rest }: CreateApplication, service: string) {
  const spec = services[service];
  if (!spec) throw new Error(`${service} is no service of the body`);
  return { ...rest, service, spec };
}

const placeOf = (path: string, name: string) =>
  path.startsWith('/spec')
    ? `/services/${name}${path.slice('/spec'.length)}`
    : path.replace(/^\/service$/, `/services/${name}`);

const deploymentOf = (application: string, name: string) => `dep_${idOf(`${application}|${name}`)}`;

const partOf = (
  { id, name, service, ecsName }: DeploymentRequest,
  { services }: CreateApplication,
  application: string,
): ServicePart => ({
  name,
  service,
  ecsName,
  needs: services[name]?.needs ?? [],
  deployment: id,
  rollback: `dep_${idOf(`${application}|${name}|back`)}`,
});

async function remember(
  deps: OperationDependencies,
  { body, services }: { readonly body: CreateApplication; readonly services: Record<string, unknown> },
  content: DeploymentRequest,
  application: ApplicationRequest,
): Promise<void> {
  await rememberRule(deps, content, bodyOf(body, content.name), services[content.name]);
  await deps.store.put(contentRecord(application, content, deps.clock.now()), 'absent');
}

type Known = Pick<ApplicationRequest, 'id' | 'requestHash'>;

/** The application that this key named before, if there is one. Throws where it was another request. */
async function repeated(deps: OperationDependencies, known: Known): Promise<ApplicationView | undefined> {
  const state = await loadState<ApplicationState>(deps, applicationRef(known.id));
  return state && viewOfSame(state, known);
}

async function accept(deps: OperationDependencies, request: ApplicationRequest): Promise<ApplicationView> {
  const { id } = request;
  try {
    const state = await deliver(deps, applicationRef(id), { type: 'create', request }, `create/${id}`);
    return viewOfSame(state as ApplicationState, request);
  } catch (error) {
    // Whoever lost the race for a key lost it to the same key.
    const winner = error instanceof LostRace ? await repeated(deps, request) : undefined;
    if (winner) return winner;
    throw error;
  }
}

function viewOfSame(state: ApplicationState, { requestHash }: Known): ApplicationView {
  if (state.request.requestHash === requestHash) return applicationView(state);
  throw new BerthError(
    'idempotency-conflict',
    `the Idempotency-Key stands for ${state.request.id}, an application with another body; ` +
      'use a new key for a new request, and the very same body to ask again',
  );
}

async function find(deps: OperationDependencies, id: string) {
  const ref = applicationRef(id);
  const state = await loadState<ApplicationState>(deps, ref);
  if (state) return { ref, state };
  throw new BerthError('not-found', `there is no application ${quoted(id)}`);
}

export async function getApplication(
  deps: OperationDependencies,
  { params }: RouteInput<'getApplication'>,
): Promise<ApplicationView> {
  return applicationView((await find(deps, params.id)).state);
}

/** Throws `conflict` for one that has its verdict, or goes back already. */
export async function abortApplication(
  deps: OperationDependencies,
  { params, body }: RouteInput<'abortApplication'>,
): Promise<ApplicationView> {
  const { ref, state } = await find(deps, params.id);
  const { at } = state;
  if (at.phase === 'ended') throw new BerthError('conflict', `${params.id} has ended already: ${at.verdict}`);
  if (at.phase !== 'deploying')
    throw new BerthError('conflict', `${params.id} goes back already: ${at.cause.text}`);
  const { actor = defaultActor, reason } = body;
  const message = { type: 'abort', actor, ...(reason !== undefined && { reason }) };
  const next = await deliver(deps, ref, message, `abort/${deps.newId()}`);
  return applicationView((next ?? state) as ApplicationState);
}

export async function getApplicationLedger(
  deps: OperationDependencies,
  { params, query }: RouteInput<'getApplicationLedger'>,
): Promise<PageView<LedgerEntryView>> {
  const { ref } = await find(deps, params.id);
  return pageOf(deps.store, ledgerOf(ref), query, (body) => ledgerEntryView(body as LedgerEntry));
}
