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

/* Releases that are worse, with real users: what the judge finds goes back, and so does what went with it. */

const steps = [{ traffic: '25%', for: '3m' }];
const judge = { from: 'metrics', errors: { atMost: '1.5x' } };
const rolling = { strategy: 'rolling' };

let berth: TestBerth;
let shop: JudgedShop;
let web: number;
let api: number;

beforeAll(async () => {
  berth = await startBerth();
  shop = await judgedShop(berth.directory);
  [web = 0, api = 0] = await freePorts(2);
  const file = await shop.manifest('first', {
    web: await webAs('judged', rolling),
    api: await apiAs('judged'),
    worker: await workerAs('judged', rolling),
  });
  expect(await berth.cli('deploy', '-f', file, '--wait')).toMatchObject({ exitCode: 0, stderr: '' });
}, 120_000);
afterAll(() => berth?.stop(), 90_000);

const webAs = (release: JudgedRelease, deploy: Fields, more: Fields = {}) =>
  shop.service(release, 'web', { count: 2, listen: web, deploy, ...more });
const apiAs = (release: JudgedRelease, more: Fields = {}) =>
  shop.service(release, 'web', { count: 1, listen: api, deploy: rolling, ...more });
const workerAs = (release: JudgedRelease, deploy: Fields) => shop.service(release, 'worker', { deploy });

const deploy = (file: string, ...more: string[]) =>
  berth.cli('deploy', '-f', file, ...more, '--wait', '--json');

const services = () => servicesOf(berth);
const tasks = (name: string) => tasksOf(berth, name);
const allServices = ['shop-api', 'shop-web', 'shop-worker'];

test('a migration that fails stops the rest: nothing moves, and it is told with its last words', async () => {
  const made = {
    web: await webAs('bad-migration', { strategy: 'canary', steps, before: ['migrate'], after: ['smoke'] }),
  };
  const file = await shop.manifest('migration', made, 'bad-migration');
  const before = await tasks('shop-web');
  const { result, users, report } = await withUsers(web, () => deploy(file));
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
    const file = await shop.manifest('errors', {
      web: await webAs('errors', { strategy: 'canary', steps, judge }),
    });
    const { result, users, report } = await withUsers(web, () => deploy(file));
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
  }, 240_000);

  test('a worker that fails one message in five, which no load balancer sees', async () => {
    const file = await shop.manifest('worker', {
      worker: await workerAs('failing-worker', { strategy: 'canary', steps, judge }),
    });
    const before = await tasks('shop-worker');
    const result = await deploy(file);
    expect(result.exitCode).toBe(3);
    expect(deploymentOf(result)).toMatchObject({
      verdict: 'rolled_back',
      cause: { code: 'judge' },
      judgement: { verdict: 'worse' },
    });
    await until(
      'nothing to stand beside it',
      async () => !(await services()).some((name) => name.includes('--')),
    );
    expect(await tasks('shop-worker')).toEqual(before);
    expect(before).toHaveLength(4);
  }, 240_000);
});

test('three services go back as one when the last of them is found worse', async () => {
  const file = await shop.manifest('three', {
    web: await webAs('errors', { strategy: 'canary', steps, judge }, { needs: ['api'] }),
    api: await apiAs('judged-v2', { needs: ['worker'] }),
    worker: { ...(await workerAs('judged', rolling)), run: 'node worker.mjs --again' },
  });
  const onApi = await withUsers(api, () => withUsers(web, () => deploy(file)));
  const { result, users } = onApi.result;
  expect(result.exitCode).toBe(3);
  const { application } = JSON.parse(result.stdout) as { application: ApplicationView };
  expect(application).toMatchObject({ verdict: 'rolled_back', cause: { service: 'web' } });
  expect(application.reason).toMatch(/api is back at v1; worker is back at v1/);
  expect(onApi.report.failures).toEqual([]);
  expect(users.served('v1').errors).toBe(0);
  expect(await services()).toEqual(allServices);
}, 240_000);
