import { describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../test/support/api.ts';
import type { ApplicationView } from '../contract/application-views.ts';
import type {
  DeploymentView,
  LedgerEntryView,
  PageView,
  ProblemView,
  ServiceView,
} from '../contract/views.ts';

const web = { image: 'acme/shop:1', port: 8080, listen: 8080 };
const worker = { image: 'acme/worker:1' };
const asked = { environment: 'local', app: 'shop', services: { web: { ...web, needs: ['worker'] }, worker } };

const post = <Body = ApplicationView>(
  api: TestApi,
  path: string,
  body: object,
  headers: Record<string, string> = {},
) =>
  api.ask<Body>({ method: 'POST', path, headers: { 'content-type': 'application/json', ...headers }, body });

const deploy = (api: TestApi, change: object = {}, headers: Record<string, string> = {}) =>
  post(api, '/applications', { ...asked, ...change }, headers);

const look = async (api: TestApi, id: string) =>
  (await api.ask<ApplicationView>({ path: `/applications/${id}` })).body;

const approved = { deploy: { gates: { approval: true } } };

describe('an application', () => {
  it('is taken on, deployed in order, and ends in a verdict', async () => {
    const api = startApi();
    const taken = await deploy(api, { message: 'the first', actor: 'ann' });
    expect(taken).toMatchObject({
      status: 202,
      body: { id: expect.stringMatching(/^app_[0-9A-HJKMNP-TV-Z]{26}$/), phase: 'deploying', actor: 'ann' },
    });
    await api.settle();
    expect(await look(api, taken.body.id)).toMatchObject({
      verdict: 'succeeded',
      services: [
        { name: 'web', needs: ['worker'], state: 'succeeded', release: 1 },
        { name: 'worker', needs: [], state: 'succeeded', release: 1 },
      ],
    });
    const { body } = await api.ask<PageView<LedgerEntryView>>({
      path: `/applications/${taken.body.id}/ledger`,
    });
    expect(body.items.map(({ to }) => to).at(-1)).toBe('succeeded');
  });

  it('goes back as one where one of its services cannot go on', async () => {
    const api = startApi();
    await deploy(api);
    await api.settle();
    const next = {
      web: { ...web, image: 'acme/shop:2', needs: ['worker'], ...approved },
      worker: { image: 'acme/worker:2' },
    };
    const { id } = (await deploy(api, { services: next })).body;
    await api.settle();
    const [waiting, done] = (await look(api, id)).services;
    expect([waiting?.state, done?.state]).toEqual(['deploying', 'succeeded']);
    await post<DeploymentView>(api, `/deployments/${waiting?.deployment}/abort`, { actor: 'bob' });
    await api.settle();
    const application = await look(api, id);
    expect(application).toMatchObject({
      verdict: 'cancelled',
      cause: { service: 'web' },
      services: [{ state: 'cancelled' }, { state: 'succeeded', back: { is: 'done', to: 1 } }],
    });
    expect(application.reason).toMatch(/^web was cancelled: .*; worker is back at v1$/);
    const service = await api.ask<ServiceView>({ path: '/environments/local/services/shop-worker' });
    expect(service.body.release).toBe(1);
  });

  it('is ended by a person, once', async () => {
    const api = startApi();
    const { id } = (await deploy(api, { services: { web: { ...web, ...approved }, worker } })).body;
    await api.settle();
    expect((await post(api, `/applications/${id}/abort`, { actor: 'bob', reason: 'no' })).status).toBe(202);
    await api.settle();
    expect(await look(api, id)).toMatchObject({
      verdict: 'cancelled',
      reason: expect.stringContaining('cancelled by bob: no'),
    });
    expect((await post<ProblemView>(api, `/applications/${id}/abort`, {})).status).toBe(409);
  });

  it('with the same key and body is one; with another body a conflict', async () => {
    const api = startApi();
    const key = { 'idempotency-key': 'build-17' };
    const answers = await Promise.all(Array.from({ length: 4 }, () => deploy(api, {}, key)));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    await api.settle();
    expect((await deploy(api, {}, key)).body).toMatchObject({ verdict: 'succeeded' });
    expect((await deploy(api, { message: 'another' }, key)).status).toBe(409);
  });

  it.each([
    [
      'a need that is not there',
      { services: { web: { ...web, needs: ['db'] }, worker } },
      '/services/web/needs/0',
    ],
    [
      'a circle',
      { services: { web: { ...web, needs: ['worker'] }, worker: { ...worker, needs: ['web'] } } },
      '/services/web/needs',
    ],
    ['no services', { services: {} }, '/services'],
    ['an environment that is not there', { environment: 'moon' }, '/environment'],
    ['what cannot be there', { environment: 'cloud' }, '/services/web/listen'],
    [
      'each that cannot be there',
      { environment: 'cloud', services: { web, worker: { ...worker, port: 80 } } },
      '/services/worker/listen',
    ],
    [
      'a job that is not described',
      { services: { web: { ...web, deploy: { before: ['migrate'] } } } },
      '/services/web/deploy/before/0',
    ],
    ['a misspelt key', { service: {} }, '/service'],
  ])('refuses %s at its place, and writes nothing', async (_, change, path) => {
    const api = startApi();
    const answer = await post<ProblemView>(api, '/applications', { ...asked, ...change });
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map((error) => error.path)).toContain(path);
    expect(api.rung).toEqual([]);
  });

  it.each([
    '/applications/app_1',
    '/applications/app_00000000000000000000000000',
    '/jobs/job_1',
    '/jobs/nothing',
  ])('has no %s', async (path) => {
    const { status } = await startApi().ask({ path });
    expect([400, 404]).toContain(status);
  });
});
