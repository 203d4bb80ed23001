import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeploymentView } from '../../core/contract/views.ts';
import { startBerth, type TestBerth } from '../support/berth.ts';
import { startLoad } from '../support/load.ts';
import { freePorts } from '../support/ports.ts';
import { seeded, seedOfRun } from '../support/seed.ts';
import { copyShop, type ShopRelease } from '../support/shop.ts';
import { truthOf } from '../support/truth.ts';
import { until } from '../support/until.ts';

const service = 'shop-web';
const timesHost = 20;
const timesLocal = 4;
/** About as long as a deployment takes: kills hit all of its moments, and some come after it. */
const longestDelayMs = 1_500;
/** A queue's visibility time, and then some. */
const recordsPatienceMs = 90_000;

const random = seeded(seedOfRun());
let berth: TestBerth;
let manifests: Readonly<Record<ShopRelease, string>>;
let url: string;
/** How often the service has been told to go elsewhere. */
let moves = 0;

beforeAll(async () => {
  berth = await startBerth();
  const [listen = 0] = await freePorts(1);
  url = `http://127.0.0.1:${listen}/api/products`;
  manifests = await copyShop(berth.directory, { listen });
  expect((await deploy('berth')).verdict).toBe('succeeded');
}, 120_000);
afterAll(() => berth?.stop(), 90_000);

/** Deploys the web service from the command line, which waits for the verdict whatever is killed meanwhile. */
async function deploy(release: ShopRelease): Promise<DeploymentView> {
  moves += 1;
  const result = await berth.cli('deploy', '-f', manifests[release], 'web', '--wait', '--json');
  const { deployments } = JSON.parse(result.stdout) as { deployments?: DeploymentView[] };
  if (!deployments?.[0]) throw new Error(`no deployment: ${result.stdout}`);
  return deployments[0];
}

/** Begins a deployment and kills something at a random moment of it; answers how the deployment ends. */
async function deployAndKill(release: ShopRelease, kill: () => Promise<unknown>): Promise<DeploymentView> {
  await berth.untilUp();
  const before = await newest();
  const verdict = deploy(release);
  verdict.catch(() => {}); // Told where it is awaited, below.
  // The command line takes a while until it asks; the kill is to hit the deployment.
  await until('the deployment to be asked for', async () => (await newest()) !== before);
  await sleep(random() * longestDelayMs);
  await kill();
  return verdict;
}

const newest = async (): Promise<string | undefined> =>
  (await berth.client.listDeployments({ environment: 'local', service, limit: 1 })).items[0]?.id;

/** Nothing happened twice and nothing is left over: ECS, Berth and the machine agree. */
async function expectAgreement(): Promise<void> {
  const truth = await until(
    'two tasks, and nothing else',
    async () => {
      const seen = await truthOf(berth, service);
      const settled = seen.running === 2 && seen.ecsTasks.length === 2 && seen.programs === 2;
      // What a killed host held is delivered again when its visibility ends; only then do the records follow.
      return settled && isDeepStrictEqual(seen.berthTasks, seen.ecsTasks) && seen;
    },
    recordsPatienceMs,
  );
  expect(truth).toMatchObject({ desired: 2, definitions: 2, ecsDeployments: moves });
}

test(`the Lambda host killed ${timesHost} times: every verdict is right, nothing happens twice`, async () => {
  const load = startLoad({ url, ratePerSecond: 50 });
  for (let time = 0; time < timesHost; time++) {
    const deployment = await deployAndKill(time % 2 === 0 ? 'v2' : 'berth', berth.killHost);
    expect(deployment).toMatchObject({ verdict: 'succeeded', release: time % 2 === 0 ? 2 : 1 });
  }
  const report = await load.stop();
  expect(report.failures).toEqual([]);
  await expectAgreement();
}, 400_000);

test(`Local AWS killed ${timesLocal} times: tasks live on, every verdict is right`, async () => {
  for (let time = 0; time < timesLocal; time++) {
    const deployment = await deployAndKill(time % 2 === 0 ? 'v2' : 'berth', berth.killLocal);
    expect(deployment).toMatchObject({ verdict: 'succeeded', release: time % 2 === 0 ? 2 : 1 });
  }
  await berth.untilUp();
  await expectAgreement();
  expect(await (await fetch(url)).json()).toMatchObject({ version: 'v1' });
}, 300_000);

test('tasks outlive a Local AWS that is killed while nothing is deployed', async () => {
  await berth.untilUp();
  const before = await truthOf(berth, service);
  await berth.killLocal();
  await berth.untilUp();
  const after = await truthOf(berth, service);
  expect(after.ecsTasks).toEqual(before.ecsTasks);
  expect(after.programs).toBe(before.programs);
}, 120_000);
