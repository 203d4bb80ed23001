import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { notTried } from '../support/not-tried.ts';
import { freePorts } from '../support/ports.ts';
import { isAlive, processesOf } from '../support/processes.ts';
import { copyShop } from '../support/shop.ts';
import { taskPrograms } from '../support/task-process.ts';
import { until } from '../support/until.ts';
import { documentsOf, endUp, runCli, startUp, type Up } from '../support/up.ts';

let directory: string;
let flags: string[];
let up: Up | undefined;

beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'berth-up-')));
  const [port, apiPort, hostPort] = await freePorts(3);
  flags = [
    '--port',
    `${port}`,
    '--api-port',
    `${apiPort}`,
    '--host-port',
    `${hostPort}`,
    '--runtime',
    'process',
  ];
});
afterEach(async () => {
  up?.process.kill('SIGKILL');
  for (const { pid } of processesOf(directory)) process.kill(pid, 'SIGKILL');
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

async function started(...more: readonly string[]): Promise<Up> {
  const one = startUp(directory, [...flags, ...more]);
  up = one;
  const shown = () => (one.output().includes('Ctrl-C stops everything') ? true : one.ready());
  await until('berth up to be ready', () => one.ended() ?? shown(), 90_000);
  expect(one.output()).not.toContain('✖');
  return one;
}

/** Deploys the example's web service and answers where it is reached. */
async function deployed(): Promise<string> {
  const [listen = 0] = await freePorts(1);
  const { berth } = await copyShop(directory, { listen });
  const result = await runCli(directory, ['deploy', '-f', berth, 'web', '--wait']);
  expect(result).toMatchObject({ exitCode: 0 });
  return `http://127.0.0.1:${listen}/api/products`;
}

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
    (answer) => answer.ok,
    () => false,
  );

test('Ctrl-C stops everything, tasks included, and the next `up` brings them back', async () => {
  const first = await started();
  const url = await deployed();
  expect(taskPrograms(directory)).toHaveLength(2);
  await endUp(first, directory);
  expect(first.output()).toContain('Stopped.');
  expect(await answers(url)).toBe(false);

  const second = await started();
  await until('the service to answer again', () => answers(url));
  const status = await runCli(directory, ['status', 'shop-web', '--json']);
  expect(JSON.parse(status.stdout)).toMatchObject({ release: 1, count: 2, succeeded: [1] });
  await endUp(second, directory);
}, 120_000);

test('two interrupts of one Ctrl-C, as npm sends them, are one', async () => {
  const one = await started();
  one.process.kill('SIGINT');
  one.process.kill('SIGINT');
  await until('berth up to stop', () => one.ended() !== undefined);
  expect(one.ended()).toBe(0);
  expect(one.output()).toContain('Stopped.');
}, 60_000);

test('what it started does not outlive an `up` that is killed', async () => {
  const one = await started();
  await deployed();
  expect(processesOf(directory).length).toBeGreaterThan(2);
  one.process.kill('SIGKILL');
  await until('all of its processes to be gone', () => processesOf(directory).length === 0);
}, 120_000);

test('a second `up` on the same port says what to do and disturbs nothing', async () => {
  const one = await started('--json');
  const second = await runCli(directory, ['up', ...flags]);
  expect(second.exitCode).toBe(9);
  expect(second.stderr).toMatch(/port \d+ is in use\s+Berth is running there already/);
  expect((await runCli(directory, ['status'])).exitCode).toBe(0);
  await endUp(one, directory);
  expect(documentsOf(one.output())).toMatchObject([
    { event: 'ready', runtime: 'process' },
    { event: 'stopped' },
  ]);
}, 60_000);

test('the API is found from the directory, and not any more when `up` has ended', async () => {
  const one = await started();
  const { pid } = JSON.parse(await readFile(join(directory, '.berth', 'local.json'), 'utf8')) as {
    pid: number;
  };
  expect(isAlive(pid)).toBe(true);
  expect(await runCli(directory, ['status'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('No service'),
  });
  await endUp(one, directory);
  expect((await runCli(directory, ['status', '--api', 'http://127.0.0.1:9'])).exitCode).toBe(7);
}, 60_000);

const examplePort = 8080;
const portIsFree = !(await answersAnything(`http://127.0.0.1:${examplePort}`));

if (!portIsFree) notTried(`the example is not tried here: something else answers on port ${examplePort}`);

test.runIf(portIsFree)(
  'the example answers, and the commands that are printed work as they are',
  async () => {
    const one = await started('--example');
    expect(one.output()).toContain(`http://127.0.0.1:${examplePort}/`);
    expect(one.output()).not.toContain('does not answer');
    expect(await answers(`http://127.0.0.1:${examplePort}/`)).toBe(true);
    const commands = [...one.output().matchAll(/^ {2}node \S*berth\.mjs (.+?) {2,}/gm)].map((match) =>
      match[1]!.split(' '),
    );
    expect(commands.map(([name]) => name)).toEqual(['status', 'deploy', 'deploy', 'why', 'logs', 'rollback']);
    const exitCodes: number[] = [];
    for (const words of commands.filter((command) => !command.includes('-f') || command[0] === 'deploy')) {
      exitCodes.push((await runCli(directory, words)).exitCode);
    }
    expect(exitCodes).toEqual([0, 0, 3, 0, 0]);
    await endUp(one, directory);
  },
  180_000,
);

async function answersAnything(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    () => true,
    (error: unknown) => !(error instanceof Error && String(error.cause).includes('ECONNREFUSED')),
  );
}
