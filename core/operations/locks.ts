import type { RouteInput } from '../contract/routes.ts';
import type { LockView, PageView, UnlockedView } from '../contract/views.ts';
import { deploymentRef } from '../deployments/records.ts';
import { BerthError } from '../kernel/errors.ts';
import { type Lock, type LockMessage, type LockState, maxLocks } from '../locks/model.ts';
import { listOfLocks, lockRef, lockTargetOf } from '../locks/records.ts';
import type { ServiceState } from '../services/model.ts';
import { listOfServices } from '../services/records.ts';
import { defaultActor } from './create-deployment.ts';
import { deliver } from './deliver.ts';
import { environmentBy, findService, loadState } from './find.ts';
import { pageOf } from './pages.ts';
import type { OperationDependencies } from './ports.ts';
import { moment } from './present/moment.ts';

/** Longer ahead, a freeze is a mistake in the year. */
const maxFreezeMs = 366 * 86_400_000;
const maxWaiting = 100;

/** What is locked: an environment, or a service of it. */
interface Place {
  readonly environment: string;
  readonly ecsName?: string;
}

type LockBody = RouteInput<'lockEnvironment'>['body'];
type UnlockBody = RouteInput<'unlockEnvironment'>['body'];

export async function listLocks(
  deps: OperationDependencies,
  { params, query }: RouteInput<'listLocks'>,
): Promise<PageView<LockView>> {
  const { name } = environmentBy(deps, params.environment);
  const page = await pageOf(deps.store, { list: listOfLocks(name) }, query, (body) => body as LockState);
  return { ...page, items: page.items.flatMap((state) => standing(deps, state)) };
}

export async function lockEnvironment(
  deps: OperationDependencies,
  { params, body }: RouteInput<'lockEnvironment'>,
): Promise<LockView> {
  return lock(deps, { environment: environmentBy(deps, params.environment).name }, body);
}

export async function lockService(
  deps: OperationDependencies,
  { params, body }: RouteInput<'lockService'>,
): Promise<LockView> {
  const { environment, ecsName } = (await findService(deps, params)).state;
  return lock(deps, { environment, ecsName }, body);
}

export async function unlockEnvironment(
  deps: OperationDependencies,
  { params, body }: RouteInput<'unlockEnvironment'>,
): Promise<UnlockedView> {
  const environment = environmentBy(deps, params.environment).name;
  const unlocked = await unlock(deps, { environment }, body);
  await ringThoseWhoWait(deps, await servicesOf(deps, environment));
  return unlocked;
}

export async function unlockService(
  deps: OperationDependencies,
  { params, body }: RouteInput<'unlockService'>,
): Promise<UnlockedView> {
  const { state } = await findService(deps, params);
  const { environment, ecsName } = state;
  const unlocked = await unlock(deps, { environment, ecsName }, body);
  await ringThoseWhoWait(deps, [state]);
  return unlocked;
}

/** Locks, or renews the lock that the same person has there. Throws `conflict` where too many stand already. */
async function lock(deps: OperationDependencies, place: Place, body: LockBody): Promise<LockView> {
  const until = body.until === undefined ? undefined : endOf(body.until, deps.clock.now());
  const actor = body.actor ?? defaultActor;
  const id = `lock_${deps.newId()}`;
  const asked = { id, actor, message: body.message, ...(until !== undefined && { until }) };
  const message: LockMessage = { type: 'lock', ...place, lock: asked };
  const state = (await deliver(deps, refOf(place), message, `lock/${id}`)) as LockState | undefined;
  const made = state?.locks.find((one) => one.actor === actor);
  if (state && made) return lockView(state, made);
  throw new BerthError(
    'conflict',
    `${maxLocks} people have locked ${nameOf(place)} already; take some of their locks away first`,
  );
}

function endOf(text: string, now: number): number {
  const until = Date.parse(text);
  const detail =
    until <= now
      ? `has to lie in the future; now it is ${moment(now)}`
      : until > now + maxFreezeMs
        ? 'may lie at most a year ahead; a lock without an end stands until it is taken away'
        : undefined;
  if (detail === undefined) return until;
  throw new BerthError('invalid-request', `until ${detail}`, [{ path: '/until', detail }]);
}

/** Takes locks away, whoever made them. Throws where it is not clear which, and where they are not there. */
async function unlock(deps: OperationDependencies, place: Place, body: UnlockBody): Promise<UnlockedView> {
  const before = await loadState<LockState>(deps, refOf(place));
  const there = before ? standing(deps, before) : [];
  const ids = body.locks ?? theOnlyOne(there, place);
  const removed = there.filter(({ id }) => ids.includes(id));
  const absent = ids.filter((id) => !there.some((one) => one.id === id));
  if (absent.length > 0)
    throw new BerthError('not-found', `${nameOf(place)} has no lock ${absent.join(', ')}; ${listed(there)}`);
  const { reason } = body;
  const message: LockMessage = {
    type: 'unlock',
    locks: ids,
    actor: body.actor ?? defaultActor,
    ...(reason !== undefined && { reason }),
  };
  const state = await deliver(deps, refOf(place), message, `unlock/${deps.newId()}`);
  return { removed, standing: state ? standing(deps, state as LockState) : [] };
}

/** Nobody's lock is taken away by accident: where several stand, it has to be said which. */
function theOnlyOne(there: readonly LockView[], place: Place): readonly string[] {
  const [one, ...others] = there;
  if (!one) throw new BerthError('conflict', `${nameOf(place)} is not locked`);
  if (others.length === 0) return [one.id];
  const detail = `has to say which, for ${there.length} locks stand: ${listed(there)}`;
  throw new BerthError('conflict', `locks ${detail}`, [{ path: '/locks', detail }]);
}

const listed = (there: readonly LockView[]): string =>
  there.map(({ id, actor, message }) => `${id} (${actor}: ${message})`).join(', ') || 'there is none';

const refOf = ({ environment, ecsName }: Place) => lockRef(lockTargetOf(environment, ecsName));

const nameOf = ({ environment, ecsName }: Place) => ecsName ?? environment;

const servicesOf = async ({ store }: OperationDependencies, environment: string) =>
  (await store.query({ list: listOfServices(environment), limit: maxWaiting })).entries.map(
    ({ body }) => body as ServiceState,
  );

/** Whoever waits looks again by himself within a minute; a bell spares him that minute, and may be lost. */
async function ringThoseWhoWait(
  deps: OperationDependencies,
  services: readonly ServiceState[],
): Promise<void> {
  const holders = services.flatMap(({ holder }) => (holder ? [deploymentRef(holder.deployment)] : []));
  const bells = holders.map((ref) => deps.alarms.ring(ref, deps.clock.now()));
  const silent = (await Promise.allSettled(bells)).filter(({ status }) => status === 'rejected');
  if (silent.length > 0)
    deps.log.warn('some wake-ups could not be sent; they look again', { count: silent.length });
}

/** A freeze that is over may still lie there, until the sweep finds it. */
const standing = ({ clock }: OperationDependencies, state: LockState): LockView[] =>
  state.locks
    .filter(({ until }) => until === undefined || until > clock.now())
    .map((one) => lockView(state, one));

function lockView({ environment, ecsName }: LockState, { id, actor, message, since, until }: Lock): LockView {
  return {
    id,
    environment,
    ...(ecsName !== undefined && { service: ecsName }),
    actor,
    message,
    since: moment(since),
    ...(until !== undefined && { until: moment(until) }),
  };
}
