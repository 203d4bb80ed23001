import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeploymentView } from '../../core/contract/views.ts';
import { startBerth, type TestBerth } from '../support/berth.ts';
import { type JudgedShop, judgedShop, withUsers } from '../support/judged-shop.ts';
import { freePorts } from '../support/ports.ts';

/* A good release by each strategy, from the command line to real requests: nobody notices but by the prices. */

const judge = { from: 'metrics', errors: { atMost: '1.5x' } };
const ways = {
  rolling: { strategy: 'rolling' },
  'blue-green': { strategy: 'blue_green', bake: '5s' },
  linear: { strategy: 'linear', step: '25%', every: '5s', bake: '5s', judge },
  canary: { strategy: 'canary', steps: [{ traffic: '25%', for: '20s' }], bake: '5s', judge },
} as const;
type Way = keyof typeof ways;
const names = Object.keys(ways) as Way[];

let berth: TestBerth;
let shop: JudgedShop;
let ports: Readonly<Record<Way, number>>;

beforeAll(async () => {
  berth = await startBerth();
  shop = await judgedShop(berth.directory);
  const free = await freePorts(names.length);
  ports = Object.fromEntries(names.map((name, index) => [name, free[index]])) as Record<Way, number>;
  const first = await berth.cli('deploy', '-f', await manifest('judged'), '--wait');
  expect(first).toMatchObject({ exitCode: 0, stderr: '' });
}, 120_000);
afterAll(() => berth?.stop(), 90_000);

async function manifest(release: 'judged' | 'judged-v2'): Promise<string> {
  const deploy = (name: Way) => (release === 'judged' ? { strategy: 'rolling' } : ways[name]);
  const services = names.map(async (name) => {
    const changes = { count: 2, listen: ports[name], deploy: deploy(name) };
    return [name, await shop.service(release, 'web', changes)] as const;
  });
  return shop.manifest(release, Object.fromEntries(await Promise.all(services)));
}

test.each(['rolling', 'blue-green'] as const)(
  '%s: a good release gets all traffic, and no request fails',
  isPromoted,
  240_000,
);

describe.concurrent('a good release that is judged gets all traffic step by step, and no request fails', () => {
  test.each(['linear', 'canary'] as const)('%s', isPromoted, 240_000);
});

async function isPromoted(name: Way): Promise<void> {
  const file = await manifest('judged-v2');
  const { result, users, report } = await withUsers(ports[name], () =>
    berth.cli('deploy', '-f', file, name, '--wait', '--json'),
  );
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  const { deployments } = JSON.parse(result.stdout) as { deployments: DeploymentView[] };
  expect(deployments).toMatchObject([{ verdict: 'succeeded', before: 1, release: 2 }]);
  expect(report.failures).toEqual([]);
  expect(report.requests / report.seconds).toBeGreaterThan(90);
  expect(users.served('v2').answers).toBeGreaterThan(0);
}
