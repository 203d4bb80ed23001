import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBerth, type TestBerth } from '../support/berth.ts';
import { deploymentOf, type Fields, type JudgedShop, judgedShop, withUsers } from '../support/judged-shop.ts';
import { freePorts } from '../support/ports.ts';
import { servicesOf } from '../support/truth.ts';
import { until } from '../support/until.ts';

/*
 * A release that is slower fails nothing. It is compared task by task with fresh tasks of the release before: six
 * against nine can be drawn by lot in 5,005 ways, so the clearest order of them is rare enough for the first look.
 */

const count = 6;
const baseline = 9;
const deploy = {
  strategy: 'canary',
  steps: [{ traffic: '30%', for: '5m' }],
  judge: { from: 'metrics', latency: { p95: { atMost: '1.2x' } }, baseline },
};

let berth: TestBerth;
let shop: JudgedShop;
let listen: number;

beforeAll(async () => {
  berth = await startBerth();
  shop = await judgedShop(berth.directory);
  [listen = 0] = await freePorts(1);
  const first = await shop.manifest('first', { web: await web('judged', { strategy: 'rolling' }) });
  expect(await berth.cli('deploy', '-f', first, '--wait')).toMatchObject({ exitCode: 0, stderr: '' });
}, 120_000);
afterAll(() => berth?.stop(), 90_000);

/** Slow enough for a machine that has much to do not to blur it. */
const web = (release: 'judged' | 'slow', how: Fields) =>
  shop.service(release, 'web', { count, listen, environment: { SHOP_LATENCY_MS: '100' }, deploy: how });

test('a release that takes 40 % longer is found by its tasks, before more than its share waits for it', async () => {
  const file = await shop.manifest('slow', { web: await web('slow', deploy) });
  const { result, users, report } = await withUsers(listen, () =>
    berth.cli('deploy', '-f', file, '--wait', '--json'),
  );
  expect(result.exitCode).toBe(3);
  expect(deploymentOf(result)).toMatchObject({
    verdict: 'rolled_back',
    cause: { code: 'judge' },
    judgement: { verdict: 'worse', of: 'latency' },
  });
  expect(report.failures).toEqual([]);
  expect(users.served('v3').answers / report.requests).toBeLessThanOrEqual(0.3);
  await until('the fresh tasks to be gone', async () => (await servicesOf(berth)).join() === 'shop-web');
}, 400_000);
