import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeploymentView } from '../../core/contract/views.ts';
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
import { seeded, seedOfRun } from '../support/seed.ts';
import { servicesOf, truthOf } from '../support/truth.ts';
import { until } from '../support/until.ts';

/*
 * The Lambda host is killed at random moments while good and bad releases are judged, behind the load balancer and
 * beside a worker: what the judge says stays the same, and nothing is left over.
 */

const judge = { from: 'metrics', errors: { atMost: '1.5x' } };
const canary = (seconds: number) => ({
  ...{ strategy: 'canary', bake: '1s', judge },
  steps: [{ traffic: '25%', for: `${seconds}s` }],
});
/** Long enough to be found worse, and with a verdict to end. */
const ways = {
  good: {
    of: 'web',
    release: 'judged-v2',
    count: 2,
    deploy: canary(20),
    verdict: 'succeeded',
    cause: undefined,
    runs: 2,
  },
  bad: {
    of: 'web',
    release: 'errors',
    count: 2,
    deploy: canary(300),
    verdict: 'rolled_back',
    cause: 'judge',
    runs: 1,
  },
  tried: {
    of: 'worker',
    release: 'judged-v2',
    count: 4,
    deploy: canary(20),
    verdict: 'succeeded',
    cause: undefined,
    runs: 2,
  },
  failing: {
    of: 'worker',
    release: 'failing-worker',
    count: 4,
    deploy: canary(300),
    verdict: 'rolled_back',
    cause: 'judge',
    runs: 1,
  },
} as const;
type Name = keyof typeof ways;
const names = Object.keys(ways) as Name[];

/** A worker's orders, so that there are soon enough of them for a verdict. */
const quickMs = '50';
const times = 5;
/** The kills fall on the time in which everything happens where nothing is killed. */
const longestMs = 12_000;
/** A queue's visibility time, and then some: what a killed host held comes again after it. */
const patienceMs = 300_000;

const random = seeded(seedOfRun());
let berth: TestBerth;
let shop: JudgedShop;
let ports: Readonly<Record<Name, number>>;

beforeAll(async () => {
  berth = await startBerth();
  shop = await judgedShop(berth.directory);
  const free = await freePorts(names.length);
  ports = Object.fromEntries(names.map((name, index) => [name, free[index]])) as typeof ports;
  const services = names.map(
    async (name) => [name, await service(name, 'judged', { strategy: 'rolling' })] as const,
  );
  const first = await shop.manifest('first', Object.fromEntries(await Promise.all(services)));
  expect(await berth.cli('deploy', '-f', first, '--wait')).toMatchObject({ exitCode: 0, stderr: '' });
}, 120_000);
afterAll(() => berth?.stop(), 90_000);

const service = (name: Name, release: JudgedRelease, deploy: Fields) => {
  const { of, count } = ways[name];
  const environment = { RELEASE: release, SHOP_PACE_MS: quickMs };
  return shop.service(release, of, {
    count,
    deploy,
    environment,
    ...(of === 'web' && { listen: ports[name] }),
  });
};

async function begin(name: Name): Promise<string> {
  const { release, deploy } = ways[name];
  const file = await shop.manifest(name, { [name]: await service(name, release, deploy) });
  return deploymentOf(await berth.cli('deploy', '-f', file, '--json')).id;
}

const ended = (id: string): Promise<DeploymentView> =>
  until(
    `${id} to end`,
    async () => {
      const deployment = await berth.client.getDeployment({ id }).catch(() => undefined);
      return deployment?.verdict !== undefined && deployment;
    },
    patienceMs,
  );

async function killAtRandom(): Promise<void> {
  for (let time = 0; time < times; time++) {
    await sleep(random() * longestMs);
    await berth.killHost();
    await berth.untilUp();
  }
}

test(`the host killed ${times} times at random moments changes no verdict of the judge, and leaves nothing over`, async () => {
  const { result, report } = await withUsers(ports.good, () =>
    withUsers(ports.bad, async () => {
      const ids = await Promise.all(names.map(begin));
      const [deployments] = await Promise.all([Promise.all(ids.map(ended)), killAtRandom()]);
      return deployments;
    }),
  );
  const deployments = result.result;
  expect(deployments.map(({ name, verdict, cause }) => [name, verdict, cause?.code])).toEqual(
    names.map((name) => [name, ways[name].verdict, ways[name].cause]),
  );
  expect(report.failures).toEqual([]);
  const bad = result.users.served('v3');
  expect(bad.answers / result.report.requests).toBeLessThanOrEqual(0.25);
  expect(result.report.failed).toBe(bad.errors);
  await expectAgreement();
}, 400_000);

/** Every service stands alone, and runs what was found good; ECS, Berth and the machine agree on the tasks. */
async function expectAgreement(): Promise<void> {
  const ecsNames = names.map((name) => `shop-${name}`);
  await until(
    'ECS, Berth and the machine to agree',
    async () => {
      const truths = await Promise.all(ecsNames.map((name) => truthOf(berth, name)));
      const tasks = truths.flatMap(({ ecsTasks }) => ecsTasks);
      const isWhole = truths.every(({ running, ecsTasks }, index) => {
        const { count } = ways[names[index]!];
        return running === count && ecsTasks.length === count;
      });
      const isKnown = truths.every(({ berthTasks, ecsTasks }) => isDeepStrictEqual(berthTasks, ecsTasks));
      const isAlone = isDeepStrictEqual(await servicesOf(berth), ecsNames.toSorted());
      return isWhole && isKnown && isAlone && truths[0]?.programs === tasks.length;
    },
    patienceMs,
  );
  const { items } = await berth.client.listServices({ environment: 'local' });
  expect(Object.fromEntries(items.map(({ service, release }) => [service, release]))).toEqual(
    Object.fromEntries(names.map((name) => [`shop-${name}`, ways[name].runs])),
  );
}
