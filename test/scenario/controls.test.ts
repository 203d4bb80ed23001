import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeploymentView } from '../../core/contract/views.ts';
import { startBerth, type TestBerth } from '../support/berth.ts';
import { deploymentOf, type Fields, type JudgedShop, judgedShop, withUsers } from '../support/judged-shop.ts';
import { freePorts } from '../support/ports.ts';
import { servicesOf, tasksOf } from '../support/truth.ts';
import { until } from '../support/until.ts';

/* What people say to a deployment on its way, by the command line: it does so at once, and remembers who and why. */

const names = ['steered', 'aborted', 'approved', 'worker'] as const;
type Name = (typeof names)[number];

const rolling = { strategy: 'rolling' };
const long = '100s';
const canary = { strategy: 'canary', judge: false, bake: long, steps: [{ traffic: '20%', for: long }] };

let berth: TestBerth;
let shop: JudgedShop;
let ports: Readonly<Record<Name, number>>;

beforeAll(async () => {
  berth = await startBerth();
  shop = await judgedShop(berth.directory);
  const free = await freePorts(names.length);
  ports = Object.fromEntries(names.map((name, index) => [name, free[index]])) as typeof ports;
  const services = await Promise.all(
    names.map(async (name) => [name, await service(name, 1, rolling)] as const),
  );
  const first = await shop.manifest('first', Object.fromEntries(services));
  expect(await berth.cli('deploy', '-f', first, '--wait')).toMatchObject({ exitCode: 0, stderr: '' });
}, 120_000);
afterAll(() => berth?.stop(), 90_000);

function service(name: Name, release: 1 | 2 | 3, deploy: Fields): Promise<Fields> {
  const of = release === 1 ? 'judged' : 'judged-v2';
  if (name === 'worker')
    return shop.service(of, 'worker', { deploy, environment: { RELEASE: String(release) } });
  return shop.service(of, 'web', {
    count: 1,
    listen: ports[name],
    deploy,
    environment: { RELEASE: String(release) },
  });
}

async function deploy(name: Name, release: 2 | 3, how: Fields): Promise<string> {
  const file = await shop.manifest(`${name}-${release}`, { [name]: await service(name, release, how) });
  const result = await berth.cli('deploy', '-f', file, '--json');
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  return deploymentOf(result).id;
}

const look = (id: string) => berth.client.getDeployment({ id });
const untilIs = (id: string, what: string, holds: (deployment: DeploymentView) => boolean | undefined) =>
  until(`${id} to be ${what}`, async () => holds(await look(id)), 60_000);
const atStep = (id: string, step: number) =>
  untilIs(id, `at step ${step}`, ({ course }) => course?.step === step && course.since !== undefined);
const isHeld = (id: string, text: string) =>
  untilIs(id, `held: ${text}`, ({ waits }) => waits?.text.includes(text));

/** Says something to a deployment, which has to be taken. */
async function say(...words: readonly string[]) {
  const result = await berth.cli(...words);
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  return result;
}

describe.concurrent('each by itself', () => {
  test('paused, resumed, cut short, locked and promoted: it goes when and where it is told, and nobody notices', async () => {
    const { users, report } = await withUsers(ports.steered, async (users) => {
      const steps = [
        { traffic: '20%', for: long },
        { traffic: '40%', for: long },
      ];
      const id = await deploy('steered', 2, { ...canary, steps });
      await atStep(id, 0);
      await say('pause', id, '--reason', 'looking at the tills');
      await isHeld(id, 'looking at the tills');
      await say('skip', id, '--reason', 'enough seen');
      expect(await look(id)).toMatchObject({ course: { step: 0, percent: 20 } });
      await say('resume', id, '--reason', 'the tills are fine');
      await atStep(id, 1);
      await say('lock', 'steered', '-m', 'incident 8');
      await say('promote', id, '--reason', 'the sale begins');
      await isHeld(id, 'incident 8');
      expect(users.served('v2').answers).toBeGreaterThan(0);
      await say('unlock', 'steered');
      await atStep(id, 2);
      expect(await look(id)).toMatchObject({ phase: 'moving', course: { percent: 100 } });
      await say('skip', 'steered', '--reason', 'it has lasted', '--wait');
      const why = await berth.cli('why', id);
      for (const told of [
        'looking at the tills',
        'enough seen',
        'the tills are fine',
        'the sale begins',
        'it has lasted',
      ])
        expect(why.stdout).toContain(told);
    });
    expect(report.failures).toEqual([]);
    expect(users.served('v2').answers).toBeGreaterThan(0);
  }, 240_000);

  test('aborted: all traffic is where it was, at once', async () => {
    const before = await tasksOf(berth, 'shop-aborted');
    const id = await deploy('aborted', 2, canary);
    await atStep(id, 0);
    expect(await berth.cli('abort', 'aborted', '--reason', 'wrong branch', '--wait')).toMatchObject({
      exitCode: 5,
    });
    expect(await look(id)).toMatchObject({
      verdict: 'cancelled',
      reason: expect.stringContaining('wrong branch'),
    });
    await until('the new tasks to go', async () => (await tasksOf(berth, 'shop-aborted')).length === 1);
    expect(await tasksOf(berth, 'shop-aborted')).toEqual(before);
    expect(await berth.cli('promote', id)).toMatchObject({ exitCode: 9 });
  }, 240_000);

  test('a step, and the first traffic, wait for somebody else; the way back for nobody', async () => {
    const id = await deploy('approved', 2, {
      ...canary,
      bake: '1s',
      steps: [{ traffic: '20%', for: '1s', approval: true }],
    });
    await isHeld(id, 'until somebody approves');
    const own = await berth.cli('approve', id);
    expect(own).toMatchObject({ exitCode: 9, stderr: expect.stringContaining('somebody else') });
    expect(await berth.cliAs('ben', 'approve', 'approved', '--reason', 'seen it', '--wait')).toMatchObject({
      exitCode: 0,
    });
    const gated = await deploy('approved', 3, {
      strategy: 'blue_green',
      bake: '1s',
      gates: { approval: { at: 'traffic' } },
    });
    await isHeld(gated, 'berth approve');
    expect((await look(gated)).course).toMatchObject({ percent: 0 });
    expect(await berth.cliAs('ben', 'approve', gated, '--wait')).toMatchObject({ exitCode: 0 });
    expect(await berth.cli('rollback', 'approved', '--to', '1', '--wait')).toMatchObject({ exitCode: 0 });
    const answer = await fetch(`http://127.0.0.1:${ports.approved}/`);
    expect(answer.headers.get('x-shop-version')).toBe('v1');
  }, 240_000);

  test('a trial beside a worker: aborted nothing is left, promoted the worker itself moves', async () => {
    const before = await tasksOf(berth, 'shop-worker');
    const tried = await deploy('worker', 2, canary);
    await atStep(tried, 0);
    expect(await servicesOf(berth)).toContain('shop-worker--canary');
    expect(await berth.cli('abort', tried, '--wait')).toMatchObject({ exitCode: 5 });
    const isAlone = async () => !(await servicesOf(berth)).includes('shop-worker--canary');
    await until('the trial to be gone', isAlone);
    expect(await tasksOf(berth, 'shop-worker')).toEqual(before);
    const id = await deploy('worker', 3, { ...canary, bake: '0s' });
    await atStep(id, 0);
    expect(await berth.cli('promote', id, '--wait')).toMatchObject({ exitCode: 0 });
    await until('the trial to be gone', isAlone);
    const after = await tasksOf(berth, 'shop-worker');
    expect(after).toHaveLength(before.length);
    expect(after.filter((task) => before.includes(task))).toEqual([]);
  }, 240_000);
});
