import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeploymentView, LockView } from '../../core/contract/views.ts';
import { weekdays } from '../../core/deployments/gates/model.ts';
import { startBerth, type TestBerth } from '../support/berth.ts';
import { until } from '../support/until.ts';

/** Gates, locks and freezes from the command line to ECS: what waits, and what lets it go on. */

const service = 'shop-clerk';
let berth: TestBerth;
let releases = 0;

beforeAll(async () => {
  berth = await startBerth();
  expect(await berth.cli('deploy', '-f', await manifest(), '--wait')).toMatchObject({ exitCode: 0 });
}, 180_000);
afterAll(() => berth?.stop(), 90_000);

/** A manifest of a new release with these gates; its path. */
async function manifest(gates?: object): Promise<string> {
  const path = join(berth.directory, 'gates.yaml');
  const clerk = {
    run: [process.execPath, '-e', 'setInterval(() => {}, 1000)'],
    listen: false,
    count: 1,
    environment: { RELEASE: String(++releases) },
    ...(gates && { deploy: { gates } }),
  };
  // JSON is YAML, too.
  await writeFile(path, JSON.stringify({ app: 'shop', services: { clerk } }));
  return path;
}

async function deploy(gates?: object): Promise<string> {
  const { stdout, exitCode, stderr } = await berth.cli('deploy', '-f', await manifest(gates), '--json');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return (/dep_[0-9A-Z]{26}/.exec(stdout) ?? [''])[0];
}

const look = (id: string): Promise<DeploymentView> => berth.client.getDeployment({ id });
const waiting = (id: string, text: RegExp) =>
  until(`${id} to wait at its gates`, async () => {
    const { phase, waits } = await look(id);
    return phase === 'gated' && text.test(waits?.text ?? '');
  });
const verdict = (id: string) => until(`${id} to end`, async () => (await look(id)).verdict, 60_000);

test('a lock keeps a deployment waiting, which goes on when it is taken away', async () => {
  const locked = await berth.cli('lock', 'clerk', '-m', 'incident 7');
  expect(locked).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('is locked by') });
  const id = await deploy();
  await waiting(id, /^shop-clerk is locked by .*: incident 7$/);
  expect((await berth.cli('status', 'clerk')).stdout).toContain('incident 7');
  expect(await berth.cli('unlock', 'clerk')).toMatchObject({ exitCode: 0 });
  expect(await verdict(id)).toBe('succeeded');
});

test('a freeze of the environment ends by itself', async () => {
  const frozen = await berth.cli('freeze', '--for', '4s', '-m', 'Black Friday', '--json');
  const lock = JSON.parse(frozen.stdout) as LockView;
  const id = await deploy();
  await waiting(id, /^local is frozen by .*: Black Friday$/);
  expect(await verdict(id)).toBe('succeeded');
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(lock.until ?? ''));
});

test('the way back is never locked', async () => {
  await berth.cli('lock', '-m', 'all hands');
  const back = await berth.cli('rollback', 'clerk', '--wait', '--json');
  expect(back).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('"succeeded"') });
  expect(await berth.cli('unlock')).toMatchObject({ exitCode: 0 });
});

test('an approval by somebody else, within a window, and the yes of a webhook let it set out', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(String(request.headers['idempotency-key']));
    request.resume();
    response.end(asked.length < 2 ? '{"answer":"later","text":"tests run"}' : '{"answer":"yes"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  try {
    const id = await deploy({
      approval: true,
      windows: [{ days: 'mon-sun', from: '00:00', to: '24:00', zone: 'Asia/Kathmandu' }],
      webhooks: [{ name: 'tests', url }],
    });
    await waiting(id, /^waits for approval by somebody other than /);
    expect(await berth.cli('approve', id)).toMatchObject({ exitCode: 9 });
    expect(asked).toEqual([]);
    await berth.client.approveDeployment({ id, body: { actor: 'the other one', reason: 'looked at it' } });
    expect(await verdict(id)).toBe('succeeded');
    expect(asked).toHaveLength(2);
    expect(new Set(asked).size).toBe(2);
  } finally {
    server.close();
  }
});

test('a window that is closed keeps it waiting, until somebody aborts it', async () => {
  const day = weekdays[(new Date().getUTCDay() + 2) % 7];
  const id = await deploy({ windows: [{ days: day, from: '09:00', to: '10:00', zone: 'UTC' }] });
  await waiting(id, /^outside its window; opens \w{3} \S+ 09:00 UTC$/);
  expect(await berth.cli('abort', id, '--wait')).toMatchObject({ exitCode: 5 });
  expect(await look(id)).toMatchObject({ verdict: 'cancelled', service });
});
