import { describe, expect, it } from 'vitest';
import type {
  DeploymentView,
  LedgerEntryView,
  LockView,
  PageView,
  ProblemView,
  UnlockedView,
} from '../../core/contract/views.ts';
import { startApi, type TestApi } from '../../test/support/api.ts';

const spec = { image: 'acme/shop:1', port: 8080, count: 2 };
const asked = { environment: 'local', app: 'shop', service: 'web', spec };
const service = '/environments/local/services/shop-web';
const everywhere = '/environments/local';

const post = <Body = ProblemView>(api: TestApi, path: string, body: object) =>
  api.ask<Body>({ method: 'POST', path, body });
const lock = (api: TestApi, path: string, body: object = {}) =>
  post<LockView>(api, `${path}/lock`, { message: 'incident 7', actor: 'ann', ...body });
const unlock = (api: TestApi, path: string, body: object = {}) =>
  post<UnlockedView>(api, `${path}/unlock`, { actor: 'bob', ...body });
const locks = async (api: TestApi) =>
  (await api.ask<PageView<LockView>>({ path: `${everywhere}/locks` })).body.items;
const deploy = async (api: TestApi, image: string) =>
  (await post<DeploymentView>(api, '/deployments', { ...asked, spec: { ...spec, image } })).body.id;
const look = async (api: TestApi, id: string) =>
  (await api.ask<DeploymentView>({ path: `/deployments/${id}` })).body;

async function started() {
  const api = startApi();
  await deploy(api, 'acme/shop:1');
  await api.settle();
  return api;
}

describe('a lock', () => {
  it('is made, shown, and taken away, with who and why', async () => {
    const api = await started();
    const made = await lock(api, service);
    expect(made).toMatchObject({
      status: 202,
      body: { environment: 'local', service: 'shop-web', actor: 'ann', message: 'incident 7' },
    });
    const frozen = await lock(api, everywhere, { until: '2999-01-01T00:00:00+01:00', message: 'x' });
    expect(frozen).toMatchObject({ status: 400, body: { errors: [{ path: '/until' }] } });
    const until = new Date(Date.now() + 3600_000).toISOString();
    const all = await lock(api, everywhere, { until });
    expect(all.body).toMatchObject({ environment: 'local', until });
    expect(all.body).not.toHaveProperty('service');
    expect(await locks(api)).toEqual([all.body, made.body]);
    const { status, body } = await unlock(api, service, { reason: 'it is well' });
    expect({ status, body }).toEqual({ status: 202, body: { removed: [made.body], standing: [] } });
    await api.settle();
    expect(await locks(api)).toEqual([all.body]);
  });

  it('keeps a deployment from setting out, which goes on once it is gone', async () => {
    const api = await started();
    for (const path of [everywhere, service]) {
      const before = api.ecs.writes;
      await lock(api, path);
      const id = await deploy(api, `acme/shop:${before + 2}`);
      await api.settle();
      expect(await look(api, id)).toMatchObject({ phase: 'gated' });
      const { body } = await api.ask<PageView<LedgerEntryView>>({ path: `/deployments/${id}/ledger` });
      expect(body.items.at(-1)?.reasons[0]?.text).toMatch(/(local|shop-web) is locked by ann: incident 7/);
      expect(api.ecs.writes).toBe(before);
      await unlock(api, path);
      await api.settle();
      expect(await look(api, id)).toMatchObject({ phase: 'ended', verdict: 'succeeded' });
    }
  });

  it('of whatever length holds neither a roll-back, nor scaling, nor stopping', async () => {
    const api = await started();
    await deploy(api, 'acme/shop:2');
    await api.settle();
    await lock(api, service);
    await lock(api, everywhere);
    const back = await post<DeploymentView>(api, `${service}/rollback`, {});
    await api.settle();
    expect(await look(api, back.body.id)).toMatchObject({ verdict: 'succeeded', release: 1 });
    expect((await post(api, `${service}/scale`, { count: 3 })).status).toBe(202);
    expect((await post(api, `${service}/stop`, {})).status).toBe(202);
  });

  it('is waited for by a deployment that can still be aborted', async () => {
    const api = await started();
    await lock(api, service);
    const id = await deploy(api, 'acme/shop:2');
    await api.settle();
    await post(api, `/deployments/${id}/abort`, { actor: 'cat' });
    await api.settle();
    expect(await look(api, id)).toMatchObject({ verdict: 'cancelled' });
  });

  it('is one for each who locks: a second one renews it, and whose goes has to be said', async () => {
    const api = await started();
    const first = await lock(api, service);
    const again = await lock(api, service, { message: 'still' });
    expect(again.body).toEqual({ ...first.body, message: 'still' });
    const other = await lock(api, service, { actor: 'bob' });
    expect(await unlock(api, service)).toMatchObject({
      status: 409,
      body: { errors: [{ path: '/locks', detail: expect.stringContaining(other.body.id) }] },
    });
    expect((await unlock(api, service, { locks: [first.body.id] })).body).toMatchObject({
      removed: [{ actor: 'ann' }],
      standing: [{ actor: 'bob' }],
    });
    expect((await unlock(api, service, { locks: [first.body.id] })).status).toBe(404);
    expect((await unlock(api, service)).status).toBe(202);
    expect((await unlock(api, service)).status).toBe(409);
  });

  it.each<[string, string, object, number]>([
    ['without a message', `${service}/lock`, {}, 400],
    ['with an empty message', `${service}/lock`, { message: '' }, 400],
    ['with a message that steers a terminal', `${service}/lock`, { message: 'a\u001b[2J' }, 400],
    ['with a long message', `${service}/lock`, { message: 'x'.repeat(501) }, 400],
    ['with an end that is over', `${service}/lock`, { message: 'x', until: '2020-01-01T00:00:00Z' }, 400],
    ['with an end without a zone', `${service}/lock`, { message: 'x', until: '2026-12-01T00:00:00' }, 400],
    ['with an end that is none', `${service}/lock`, { message: 'x', until: 'tomorrow' }, 400],
    ['with another key', `${service}/lock`, { message: 'x', since: '2020-01-01T00:00:00Z' }, 400],
    ['of no service', '/environments/local/services/none/lock', { message: 'x' }, 404],
    ['of no environment', '/environments/none/lock', { message: 'x' }, 404],
    ['that is none, taken away', `${service}/unlock`, {}, 409],
    ['by an id that is none', `${service}/unlock`, { locks: ['ann'] }, 400],
    ['by no id', `${everywhere}/unlock`, { locks: [] }, 400],
    ['by an id that is not there', `${everywhere}/unlock`, { locks: [`lock_${'0'.repeat(26)}`] }, 404],
  ])('%s is refused, and nothing is locked', async (_what, path, body, status) => {
    const api = await started();
    expect((await post(api, path, body)).status).toBe(status);
    expect(await locks(api)).toEqual([]);
    expect(api.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
