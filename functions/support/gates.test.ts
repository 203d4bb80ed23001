import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { DeploymentView, LedgerEntryView, PageView, ProblemView } from '../../core/contract/views.ts';
import { weekdays } from '../../core/deployments/gates/model.ts';
import { startApi, type TestApi } from '../../test/support/api.ts';

const post = <Body = ProblemView>(api: TestApi, path: string, body: object) =>
  api.ask<Body>({ method: 'POST', path, body });

async function deploy(api: TestApi, gates: object, image = 'acme/shop:1') {
  const spec = { image, deploy: { gates } };
  const body = { environment: 'local', app: 'shop', service: 'web', spec, actor: 'ann' };
  const { body: deployment, status } = await post<DeploymentView>(api, '/deployments', body);
  expect(status).toBe(202);
  await api.settle();
  return deployment.id;
}

const look = async (api: TestApi, id: string) =>
  (await api.ask<DeploymentView>({ path: `/deployments/${id}` })).body;

/** Why it is where it is, as the ledger has it last. */
async function why(api: TestApi, id: string): Promise<string | undefined> {
  const path = `/deployments/${id}/ledger`;
  const { body } = await api.ask<PageView<LedgerEntryView>>({ path, query: 'limit=100' });
  return body.items.at(-1)?.reasons[0]?.text;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A webhook that gives these answers, one after the other; and what it was asked. */
async function webhook(...answers: string[]) {
  const asked: { id: unknown; body: Record<string, unknown> }[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    asked.push({ id: request.headers['idempotency-key'], body: JSON.parse(text) as Record<string, unknown> });
    response.end(answers[asked.length - 1] ?? answers.at(-1));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ready` };
}

describe('a deployment at its gates', () => {
  it('waits for the approval of somebody else, who goes into the ledger', async () => {
    const api = startApi();
    const id = await deploy(api, { approval: true });
    expect(await look(api, id)).toMatchObject({ phase: 'gated' });
    expect(await why(api, id)).toBe(`waits for approval by somebody other than ann: \`berth approve ${id}\``);
    const own = await post(api, `/deployments/${id}/approve`, { actor: 'Ann' });
    expect(own).toMatchObject({ status: 409, body: { detail: expect.stringContaining('somebody else') } });
    expect(api.ecs.writes).toBe(0);
    expect((await post(api, `/deployments/${id}/approve`, { actor: 'bob' })).status).toBe(202);
    await api.settle();
    expect(await look(api, id)).toMatchObject({ verdict: 'succeeded' });
  });

  it('waits for its window, and not where one is open', async () => {
    const api = startApi();
    const today = new Date().getUTCDay();
    const other = weekdays[(today + 2) % 7]!;
    const later = [{ days: other, from: '00:00', to: '24:00', zone: 'UTC' }];
    const id = await deploy(api, { windows: later });
    expect(await look(api, id)).toMatchObject({ phase: 'gated' });
    expect(await why(api, id)).toMatch(/^outside its window; opens \w{3} \d{4}-\d\d-\d\d 00:00 UTC$/);
    const always = { days: 'mon-sun', from: '00:00', to: '24:00', zone: 'Asia/Kathmandu' };
    const next = await deploy(api, { windows: [...later, always] }, 'acme/shop:2');
    expect(await look(api, next)).toMatchObject({ verdict: 'succeeded' });
    expect(await look(api, id)).toMatchObject({ verdict: 'superseded' });
  });

  it('asks a webhook, which says yes', async () => {
    const api = startApi();
    const { asked, url } = await webhook('{"answer":"yes"}');
    const id = await deploy(api, { webhooks: [{ name: 'change', url }] });
    expect(await look(api, id)).toMatchObject({ verdict: 'succeeded' });
    expect(asked).toEqual([
      {
        id: expect.stringContaining(id),
        body: {
          ...{ webhook: 'change', deployment: id, environment: 'local', service: 'shop-web' },
          ...{ app: 'shop', name: 'web', actor: 'ann', image: 'acme/shop:1', attempt: 1 },
          contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      },
    ]);
  });

  it('asks a webhook, which says no, and nothing has moved', async () => {
    const api = startApi();
    const { url } = await webhook('{"answer":"no","text":"change 17 is not signed"}');
    const id = await deploy(api, { webhooks: [{ name: 'change', url }] });
    expect(await look(api, id)).toMatchObject({
      verdict: 'cancelled',
      reason: 'webhook change says no: change 17 is not signed',
    });
    expect(api.ecs.writes).toBe(0);
  });

  it('asks a webhook again that says later, and only once it is approved', async () => {
    const api = startApi();
    const { asked, url } = await webhook('{"answer":"later","text":"tests still run"}');
    const id = await deploy(api, { approval: { by: 'anyone' }, webhooks: [{ name: 'tests', url }] });
    expect(asked).toEqual([]);
    await post(api, `/deployments/${id}/approve`, { actor: 'ann' });
    await api.settle();
    expect(await look(api, id)).toMatchObject({ phase: 'gated' });
    expect(await why(api, id)).toBe('webhook tests says not yet: tests still run');
    expect(asked).toHaveLength(1);
    await post(api, `/deployments/${id}/abort`, { actor: 'ann' });
    await api.settle();
    expect(await look(api, id)).toMatchObject({ verdict: 'cancelled' });
  });
});
