import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApplicationView } from '../../core/contract/application-views.ts';
import { startBerth, type TestBerth } from '../support/berth.ts';
import {
  deploymentOf,
  type Fields,
  type JudgedRelease,
  type JudgedShop,
  judgedShop,
  withUsers,
} from '../support/judged-shop.ts';
import { freePorts } from '../support/ports.ts';
import { servicesOf, tasksOf } from '../support/truth.ts';
import { until } from '../support/until.ts';

/*
 * Releases that are worse, with real users: what the judge finds goes back, and so does what went with it. A judge
 * waits for whole minutes most of the time, so each has services of its own and all are judged at once.
 */

const steps = [{ traffic: '25%', for: '3m' }];
const judge = { from: 'metrics', errors: { atMost: '1.5x' } };
const canary = { strategy: 'canary', steps, judge };
const rolling = { strategy: 'rolling' };

/**
 * Who is slower fails nothing: it is compared task by task with fresh tasks of the release before. Six against nine can
 * be drawn by lot in 5,005 ways, so the clearest order of them is rare enough for the first look.
 */
const latencyCanary = {
  strategy: 'canary',
  steps: [{ traffic: '30%', for: '5m' }],
  judge: { from: 'metrics', latency: { p95: { atMost: '1.2x' } }, baseline: 9 },
};

type Visited = 'web' | 'api' | 'cart' | 'search';

let berth: TestBerth;
let shop: JudgedShop;
let ports: Readonly<Record<Visited, number>>;

beforeAll(async () => {
  berth = await startBerth();
  shop = await judgedShop(berth.directory);
  const [web = 0, api = 0, cart = 0, search = 0] = await freePorts(4);
  ports = { web, api, cart, search };
  const file = await shop.manifest('first', {
    web: await visited('web', 'judged', rolling),
    api: await visited('api', 'judged', rolling),
    worker: await worker('judged', rolling),
    cart: await visited('cart', 'judged', rolling),
    mailer: await worker('judged', rolling),
    search: await visited('search', 'judged', rolling, patiently),
  });
  expect(await berth.cli('deploy', '-f', file, '--wait')).toMatchObject({ exitCode: 0, stderr: '' });
}, 120_000);
afterAll(() => berth?.stop(), 90_000);

const visited = (name: Visited, release: JudgedRelease, deploy: Fields, more: Fields = {}) =>
  shop.service(release, 'web', { count: 2, listen: ports[name], deploy, ...more });
const worker = (release: JudgedRelease, deploy: Fields, more: Fields = {}) =>
  shop.service(release, 'worker', { deploy, ...more });
/** Slow enough for a machine that has much to do not to blur it. */
const patiently = { count: 6, environment: { SHOP_LATENCY_MS: '100' } };

const deploy = (file: string, ...more: string[]) =>
  berth.cli('deploy', '-f', file, ...more, '--wait', '--json');

const tasks = (name: string) => tasksOf(berth, name);
/** The service, and what stands beside it. */
const servicesLike = async (name: string): Promise<readonly string[]> =>
  (await servicesOf(berth)).filter((one) => one.startsWith(`shop-${name}`));

test('a migration that fails stops the rest: nothing moves, and it is told with its last words', async () => {
  const made = {
    web: await visited('web', 'bad-migration', { ...canary, before: ['migrate'], after: ['smoke'] }),
  };
  const file = await shop.manifest('migration', made, 'bad-migration');
  const before = await tasks('shop-web');
  const { result, users, report } = await withUsers(ports.web, () => deploy(file));
  expect(result.exitCode).toBe(4);
  const deployment = deploymentOf(result);
  expect(deployment).toMatchObject({ verdict: 'failed', reason: expect.stringMatching(/migrate/) });
  expect(JSON.stringify(deployment)).toContain('view \\"invoices\\" depends on it');
  const told = await berth.cli('why', deployment.id);
  expect(told.stdout).toContain('cannot drop column "price"');
  expect(await tasks('shop-web')).toEqual(before);
  expect(report.failures).toEqual([]);
  expect(users.served('v1').answers).toBe(report.requests);
}, 120_000);

describe.concurrent('each found while it has no more than its share', () => {
  test('a web release that fails one request in twenty', async () => {
    const file = await shop.manifest('errors', { cart: await visited('cart', 'errors', canary) });
    const { result, users, report } = await withUsers(ports.cart, () => deploy(file));
    const { answers, errors } = users.served('v3');
    expect(result.exitCode).toBe(3);
    expect(deploymentOf(result)).toMatchObject({
      verdict: 'rolled_back',
      cause: { code: 'judge' },
      judgement: { verdict: 'worse' },
    });
    expect(answers).toBeGreaterThan(0);
    expect(answers / report.requests).toBeLessThanOrEqual(0.25);
    expect(report.failed).toBe(errors);
    expect(users.served('v1')).toEqual({ answers: report.requests - answers, errors: 0 });
  }, 400_000);

  test('a worker that fails one message in five, which no load balancer sees', async () => {
    const file = await shop.manifest('failing', { mailer: await worker('failing-worker', canary) });
    const before = await tasks('shop-mailer');
    const result = await deploy(file);
    expect(result.exitCode).toBe(3);
    expect(deploymentOf(result)).toMatchObject({
      verdict: 'rolled_back',
      cause: { code: 'judge' },
      judgement: { verdict: 'worse' },
    });
    await until('nothing to stand beside it', async () => (await servicesLike('mailer')).length === 1);
    expect(await tasks('shop-mailer')).toEqual(before);
    expect(before).toHaveLength(4);
  }, 400_000);

  test('a release that takes 40 % longer, found by its tasks', async () => {
    const file = await shop.manifest('slow', {
      search: await visited('search', 'slow', latencyCanary, patiently),
    });
    const { result, users, report } = await withUsers(ports.search, () => deploy(file));
    expect(result.exitCode).toBe(3);
    expect(deploymentOf(result)).toMatchObject({
      verdict: 'rolled_back',
      cause: { code: 'judge' },
      judgement: { verdict: 'worse', of: 'latency' },
    });
    expect(report.failures).toEqual([]);
    expect(users.served('v3').answers / report.requests).toBeLessThanOrEqual(0.3);
    await until('the fresh tasks to be gone', async () => (await servicesLike('search')).length === 1);
  }, 400_000);

  test('three services go back as one when the last of them is found worse', async () => {
    const file = await shop.manifest('three', {
      web: await visited('web', 'errors', canary, { needs: ['api'] }),
      api: await visited('api', 'judged-v2', rolling, { needs: ['worker'] }),
      worker: await worker('judged', rolling, { run: 'node worker.mjs --again' }),
    });
    const onApi = await withUsers(ports.api, () => withUsers(ports.web, () => deploy(file)));
    const { result, users } = onApi.result;
    expect(result.exitCode).toBe(3);
    const { application } = JSON.parse(result.stdout) as { application: ApplicationView };
    expect(application).toMatchObject({ verdict: 'rolled_back', cause: { service: 'web' } });
    expect(application.reason).toMatch(/api is back at v1; worker is back at v1/);
    expect(onApi.report.failures).toEqual([]);
    expect(users.served('v1').errors).toBe(0);
    const left = await Promise.all(['web', 'api', 'worker'].map(servicesLike));
    expect(left).toEqual([['shop-web'], ['shop-api'], ['shop-worker']]);
  }, 400_000);
});
