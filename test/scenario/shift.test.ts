import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cloud, startCloud } from '../support/cloud.ts';
import { freePorts } from '../support/ports.ts';
import { until } from '../support/until.ts';

/* ECS shifts traffic on Local AWS and asks Berth's own function before each step, with permissions enforced. */

let cloud: Cloud;
let listen: number;

beforeAll(async () => {
  [listen = 0] = await freePorts(1);
  cloud = await startCloud();
}, 60_000);
afterAll(() => cloud?.stop(), 60_000);

const serve = (version: string) =>
  `require("http").createServer((_, a) => a.end("${version}")).listen(process.env.PORT, process.env.HOST)`;

const deploy = (version: string, seconds: number) =>
  cloud.client.createDeployment({
    body: {
      ...{ environment: 'local', app: 'shop', service: 'web' },
      spec: {
        run: ['node', '-e', serve(version)],
        ...{ port: 8080, listen, count: 2 },
        health: { path: '/', interval: 5, timeout: 2, grace: 10 },
        deploy: {
          strategy: 'canary',
          steps: [{ traffic: '20%', for: `${seconds}s` }],
          ...{ bake: '1s', judge: false },
        },
      },
    },
  });

/** What as many requests are answered; a failed one fails the test. */
async function answers(count: number) {
  const told: Record<string, number> = {};
  for (let sent = 0; sent < count; sent++) {
    const answer = await fetch(`http://127.0.0.1:${listen}/`);
    expect(answer.status).toBe(200);
    const text = await answer.text();
    told[text] = (told[text] ?? 0) + 1;
  }
  return told;
}

const refusals = async () => (await cloud.iam()).functions.flatMap((one) => one.refusals);

test('a canary has its share while its step lasts, and then all traffic', async () => {
  expect(await cloud.ended(await deploy('v1', 2))).toMatchObject({ verdict: 'succeeded' });
  const deployment = await deploy('v2', 4);
  await until('the canary to have traffic', async () => (await answers(10)).v2 !== undefined);
  const { v1 = 0, v2 = 0 } = await answers(50);
  // The load balancer gives turns: only where they begin is chance.
  expect(Math.abs(v2 - 10)).toBeLessThanOrEqual(2);
  expect(v1 + v2).toBe(50);
  expect(await cloud.ended(deployment)).toMatchObject({ verdict: 'succeeded' });
  expect(await answers(20)).toEqual({ v2: 20 });
  expect(await refusals()).toEqual([]);
});

test('a canary that is given up leaves at once, and the old tasks never went', async () => {
  const { items } = await cloud.client.listTasks({ environment: 'local', service: 'shop-web' });
  const deployment = await deploy('v3', 600);
  await until('the canary to have traffic', async () => (await answers(10)).v3 !== undefined);
  await cloud.client.abortDeployment({ id: deployment.id, body: {} });
  expect(await cloud.ended(deployment)).toMatchObject({ verdict: 'cancelled' });
  expect(await answers(20)).toEqual({ v2: 20 });
  const after = await cloud.client.listTasks({ environment: 'local', service: 'shop-web' });
  const ids = (tasks: typeof items) => tasks.map(({ id }) => id).sort();
  expect(ids(after.items)).toEqual(ids(items));
  expect(await refusals()).toEqual([]);
});
