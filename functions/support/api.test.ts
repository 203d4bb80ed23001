import { describe, expect, it } from 'vitest';
import { createClient, ProblemError, UnreachableError } from '../../core/contract/client.ts';
import type { DeploymentView, PageView, ServiceView, TaskView } from '../../core/contract/views.ts';
import type { TaskRecord } from '../../core/ecs/task.ts';
import { listen, startApi, type TestApi } from '../../test/support/api.ts';

const spec = { image: 'acme/shop:1', port: 8080, count: 2, environment: { GREETING: 'hello' } };
const asked = { environment: 'local', app: 'shop', service: 'web', spec };
const service = '/environments/local/services/shop-web';

const deploy = (api: TestApi, change: object = {}, headers: Record<string, string> = {}) =>
  api.ask<DeploymentView>({
    method: 'POST',
    path: '/deployments',
    headers: { 'content-type': 'application/json', ...headers },
    body: { ...asked, ...change },
  });

async function deployed(...images: string[]) {
  const api = startApi();
  const ids: string[] = [];
  for (const image of images) {
    ids.push((await deploy(api, { spec: { ...spec, image } })).body.id);
    await api.settle();
  }
  return { api, ids };
}

describe('deployments', () => {
  it('are taken on, done later, and end in a verdict', async () => {
    const api = startApi();
    const taken = await deploy(api, { message: 'the first', actor: 'ann' });
    expect(taken).toMatchObject({
      status: 202,
      body: {
        id: expect.stringMatching(/^dep_[0-9A-HJKMNP-TV-Z]{26}$/),
        ...{ environment: 'local', service: 'shop-web', app: 'shop', name: 'web', kind: 'release' },
        ...{ phase: 'requested', actor: 'ann', message: 'the first' },
      },
    });
    expect(api.ecs.writes).toBe(0);
    await api.settle();
    const { body } = await api.ask<DeploymentView>({ path: `/deployments/${taken.body.id}` });
    expect(body).toMatchObject({ phase: 'ended', verdict: 'succeeded', release: 1 });
    expect(Date.parse(body.endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(body.requestedAt));
  });

  it('with the same key and body are one; with another body a conflict', async () => {
    const api = startApi();
    const key = { 'idempotency-key': 'build-17' };
    const first = await deploy(api, {}, key);
    const again = await deploy(api, {}, key);
    expect(again).toMatchObject({ status: 202, body: { id: first.body.id } });
    await api.settle();
    expect((await deploy(api, {}, key)).body).toMatchObject({ id: first.body.id, verdict: 'succeeded' });
    const other = await deploy(api, { message: 'another' }, key);
    expect(other).toMatchObject({
      status: 409,
      body: { type: 'https://berth.dev/problems/idempotency-conflict' },
    });
    const { body } = await api.ask<PageView<DeploymentView>>({ path: `${service}/deployments` });
    expect(body.items).toHaveLength(1);
  });

  it('of another service with the same key are others', async () => {
    const api = startApi();
    const key = { 'idempotency-key': 'build-17' };
    const web = await deploy(api, {}, key);
    const worker = await deploy(api, { service: 'worker', spec: { image: 'acme/shop:1' } }, key);
    expect(worker).toMatchObject({ status: 202, body: { service: 'shop-worker' } });
    expect(worker.body.id).not.toBe(web.body.id);
  });

  it('that arrive at the same moment with one key are one', async () => {
    const api = startApi();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => deploy(api, {}, { 'idempotency-key': 'k' })),
    );
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    await api.settle();
    expect(api.ecs.writes).toBe(1);
  });

  it('can be aborted while they go on, and not after', async () => {
    const api = startApi();
    const { body } = await deploy(api);
    const abort = { method: 'POST', path: `/deployments/${body.id}/abort`, body: { actor: 'ann' } };
    expect((await api.ask(abort)).status).toBe(202);
    await api.settle();
    const { body: after } = await api.ask<DeploymentView>({ path: `/deployments/${body.id}` });
    expect(after).toMatchObject({ phase: 'ended', verdict: 'cancelled' });
    expect(await api.ask(abort)).toMatchObject({ status: 409, body: { detail: /cancelled/ } });
  });

  it('have a ledger and an explanation', async () => {
    const { api, ids } = await deployed('acme/shop:1');
    const ledger = await api.ask<PageView<{ revision: number; reasons: unknown[] }>>({
      path: `/deployments/${ids[0]}/ledger`,
    });
    const revisions = ledger.body.items.map(({ revision }) => revision);
    expect(revisions).toEqual([...new Set(revisions)].sort((one, other) => one - other));
    expect(ledger.body.items.every(({ reasons }) => reasons.length > 0)).toBe(true);
    const why = await api.ask({ path: `/deployments/${ids[0]}/explanation` });
    expect(why).toMatchObject({ status: 200, body: { status: expect.any(String), effects: [] } });
  });

  it.each<[string, object, number, string]>([
    ['an unknown environment', { environment: 'moon' }, 400, '/environment'],
    ['no image where containers run', { environment: 'cloud', spec: { run: 'node x' } }, 400, '/spec/image'],
    ['no load balancer', { environment: 'cloud' }, 400, '/spec/listen'],
    [
      'a secret of another account',
      { spec: { ...spec, secrets: { A: 'arn:aws:ssm:eu-central-1:111111111111:parameter/a' } } },
      400,
      '/spec/secrets/A',
    ],
    [
      'one task at 100/150, the count left out',
      { spec: { ...spec, count: undefined, deploy: { maximumPercent: 150 } } },
      409,
      '/spec/deploy',
    ],
    ['a relative directory', { directory: 'shop' }, 400, '/directory'],
    ['a directory that climbs', { directory: '/srv/../etc' }, 400, '/directory'],
  ])('with %s are refused before anything is written', async (_, change, status, path) => {
    const api = startApi();
    const refused = await deploy(api, change);
    expect(refused).toMatchObject({ status, body: { errors: [{ path }] } });
    await api.settle();
    expect((await api.ask({ path: service })).status).toBe(404);
  });

  it('of an app whose name runs into another one do not take its service over', async () => {
    const api = startApi();
    await deploy(api, { app: 'shop-web', service: 'admin' });
    await api.settle();
    const other = await deploy(api, { app: 'shop', service: 'web-admin' });
    expect(other).toMatchObject({ status: 409, body: { errors: [{ path: '/service' }] } });
  });

  it('on a port of the load balancer that is taken are refused', async () => {
    const { api } = await deployed('acme/shop:1');
    const other = await deploy(api, { service: 'admin' });
    expect(other).toMatchObject({ status: 409, body: { detail: /port 8080 .* is taken by "shop-web"/ } });
  });
});

describe('a service', () => {
  it('shows what is wanted and what runs', async () => {
    const { api, ids } = await deployed('acme/shop:1', 'acme/shop:2');
    const { body } = await api.ask<ServiceView>({ path: service });
    expect(body).toMatchObject({
      ...{ environment: 'local', service: 'shop-web', count: 2, release: 2, succeeded: [1, 2], waiting: [] },
      urls: ['http://127.0.0.1:8080/'],
      live: { seen: 'service', desired: 2, running: 2, deployments: [{ status: 'PRIMARY', release: 2 }] },
    });
    const list = await api.ask<PageView<ServiceView>>({ path: '/environments/local/services' });
    expect(list.body.items).toEqual([body]);
    const history = await api.ask<PageView<DeploymentView>>({ path: `${service}/deployments` });
    expect(history.body.items.map(({ id }) => id)).toEqual(ids.toReversed());
  });

  it('has releases, that name variables and never show their values', async () => {
    const { api } = await deployed('acme/shop:1', 'acme/shop:2');
    const { body } = await api.ask<PageView<object>>({ path: `${service}/releases` });
    expect(body.items).toMatchObject([
      { number: 2, image: 'acme/shop:2', environment: ['GREETING'] },
      { number: 1, image: 'acme/shop:1' },
    ]);
    expect(JSON.stringify(body)).not.toContain('hello');
  });

  it('is paged through without loss or repetition', async () => {
    const { api, ids } = await deployed('a:1', 'a:2', 'a:3', 'a:4', 'a:5');
    const found: string[] = [];
    let after = '';
    do {
      const query = `limit=2${after && `&after=${encodeURIComponent(after)}`}`;
      const { body } = await api.ask<PageView<DeploymentView>>({ path: `${service}/deployments`, query });
      found.push(...body.items.map(({ id }) => id));
      after = body.next ?? '';
    } while (after);
    expect(found).toEqual(ids.toReversed());
  });

  it('goes back to a release that was seen succeeding', async () => {
    const { api } = await deployed('acme/shop:1', 'acme/shop:2');
    const back = { method: 'POST', path: `${service}/rollback`, body: { message: 'v2 is slow' } };
    const { status, body } = await api.ask<DeploymentView>(back);
    expect({ status, ...body }).toMatchObject({ status: 202, kind: 'rollback', app: 'shop', name: 'web' });
    await api.settle();
    expect((await api.ask<ServiceView>({ path: service })).body).toMatchObject({ release: 1, count: 2 });
    const never = await api.ask({ ...back, body: { release: 9 } });
    expect(never).toMatchObject({ status: 400, body: { errors: [{ path: '/release' }] } });
  });

  it('that has only one release cannot go back', async () => {
    const { api } = await deployed('acme/shop:1');
    const back = await api.ask({ method: 'POST', path: `${service}/rollback`, body: {} });
    expect(back).toMatchObject({ status: 409, body: { detail: /no other release/ } });
  });

  it('is scaled and stopped', async () => {
    const { api } = await deployed('acme/shop:1');
    const scaled = await api.ask({ method: 'POST', path: `${service}/scale`, body: { count: 4 } });
    expect(scaled).toMatchObject({ status: 202, body: { count: 4, live: { desired: 2 } } });
    await api.settle();
    expect((await api.ask({ path: service })).body).toMatchObject({ count: 4, live: { desired: 4 } });
    const stopped = await api.ask({ method: 'POST', path: `${service}/stop`, body: {} });
    expect(stopped).toMatchObject({ status: 202, body: { count: 0 } });
  });

  it('is not scaled to where no deployment could move', async () => {
    const api = startApi();
    await deploy(api, { spec: { ...spec, deploy: { maximumPercent: 150 } } });
    await api.settle();
    const scaled = await api.ask({ method: 'POST', path: `${service}/scale`, body: { count: 1 } });
    expect(scaled).toMatchObject({ status: 409, body: { detail: /floor\(1 × 150 %\) = 1/ } });
    expect((await api.ask({ path: service })).body).toMatchObject({ count: 2 });
  });

  it('is not scaled before it was set up', async () => {
    const api = startApi();
    await deploy(api);
    expect((await api.ask({ method: 'POST', path: `${service}/scale`, body: { count: 1 } })).status).toBe(
      404,
    );
  });

  it('has tasks, also those that ended', async () => {
    const { api } = await deployed('acme/shop:1');
    await api.putTask(task({ id: 'a', lastStatus: 'RUNNING', createdAtMs: 1 }), 'shop-web');
    await api.putTask(task({ id: 'b', lastStatus: 'STOPPED', createdAtMs: 2, exitCode: 137 }), 'shop-web');
    const idsOf = async (query: string) =>
      (await api.ask<PageView<TaskView>>({ path: `${service}/tasks`, query })).body.items.map(
        ({ id }) => id[0],
      );
    expect(await idsOf('')).toEqual(['a']);
    expect(await idsOf('status=stopped')).toEqual(['b']);
    expect(await idsOf('status=all')).toEqual(['b', 'a']);
    const { body } = await api.ask<PageView<TaskView>>({ path: `${service}/tasks`, query: 'status=stopped' });
    expect(body.items[0]).toMatchObject({
      stopCode: 'EssentialContainerExited',
      containers: [{ exitCode: 137 }],
    });
  });

  it('has logs, in pages of one range', async () => {
    const { api } = await deployed('acme/shop:1');
    const now = Date.now();
    for (const id of ['1', '2', '3'])
      api.written.push({ id, timestampMs: now - 1000, stream: 'berth/main/abc', message: `line ${id}\n` });
    const path = `${service}/logs`;
    const first = await api.ask<PageView<{ message: string }>>({ path, query: 'since=10m&limit=2' });
    expect(first.body.items).toMatchObject([{ message: 'line 1', task: 'abc' }, { message: 'line 2' }]);
    const rest = await api.ask<PageView<object>>({ path, query: `limit=2&after=${first.body.next}` });
    expect(rest.body).toMatchObject({ items: [{ message: 'line 3' }] });
    expect(rest.body.next).toBeUndefined();
    const wrong = await api.ask({ path, query: 'after=bm8=' });
    expect(wrong).toMatchObject({ status: 400, body: { errors: [{ path: '/query/after' }] } });
  });
});

describe('the client', () => {
  it('speaks to every kind of answer', async () => {
    const api = startApi();
    const { url, close } = await listen(api);
    const client = createClient({ baseUrl: url });
    try {
      const { id } = await client.createDeployment({ body: asked, idempotencyKey: 'k' });
      await api.settle();
      expect(await client.getDeployment({ id })).toMatchObject({ verdict: 'succeeded' });
      expect(await client.listTasks({ environment: 'local', service: 'shop-web', limit: 5 })).toEqual({
        items: [],
      });
      expect(await client.getHealth()).toEqual({ status: 'ok' });
      expect((await client.listEnvironments()).items.map(({ name }) => name)).toEqual(['local', 'cloud']);
      expect(await client.getOpenApi()).toHaveProperty('openapi', '3.1.0');
      const missing = client.getService({ environment: 'local', service: 'shop-none' });
      await expect(missing).rejects.toThrow(ProblemError);
      await expect(missing).rejects.toMatchObject({ kind: 'not-found', problem: { instance: 'r-1' } });
    } finally {
      await close();
    }
    await expect(client.getHealth()).rejects.toThrow(UnreachableError);
  });
});

function task(of: { id: string; lastStatus: string; createdAtMs: number; exitCode?: number }): TaskRecord {
  const { id, lastStatus, createdAtMs, exitCode } = of;
  const container = { name: 'main', image: 'acme/shop:1', imageDigest: undefined, lastStatus, exitCode };
  const isStopped = lastStatus === 'STOPPED';
  return {
    taskArn: `arn:aws:ecs:eu-central-1:000000000000:task/local/${id.repeat(32)}`,
    clusterArn: 'arn:aws:ecs:eu-central-1:000000000000:cluster/local',
    version: 1,
    group: 'service:shop-web',
    startedBy: 'ecs-svc/1',
    taskDefinitionArn: 'arn:aws:ecs:eu-central-1:000000000000:task-definition/shop-web:1',
    lastStatus,
    desiredStatus: isStopped ? 'STOPPED' : 'RUNNING',
    stopCode: isStopped ? 'EssentialContainerExited' : undefined,
    stoppedReason: isStopped ? 'Essential container in task exited' : undefined,
    availabilityZone: undefined,
    launchType: 'FARGATE',
    capacityProvider: undefined,
    address: undefined,
    createdAtMs,
    startedAtMs: createdAtMs,
    stoppedAtMs: isStopped ? createdAtMs : undefined,
    containers: [{ ...container, reason: undefined }],
  };
}
