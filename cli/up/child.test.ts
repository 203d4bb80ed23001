import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type SupervisedChild, supervise } from './child.ts';

let directory: string;
let child: SupervisedChild | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-child-'));
});
afterEach(async () => {
  child?.kill();
  await rm(directory, { recursive: true, force: true });
});

async function start(code: string, onRestart: (how: string) => void = () => {}): Promise<SupervisedChild> {
  const script = join(directory, 'program.mjs');
  await writeFile(script, code);
  child = supervise(
    { name: 'program', args: [script], logFile: join(directory, 'logs', 'program.log') },
    onRestart,
  );
  return child;
}

async function until<Found>(look: () => Found | undefined): Promise<Found> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await sleep(10);
  }
}

const pidOf = (one: SupervisedChild) => {
  const state = one.state();
  return state.state === 'running' ? state.pid : undefined;
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const runs = "console.log('runs', process.pid); setInterval(() => {}, 1000);";

test('what is killed is started again, and what is stopped is not', async () => {
  const how: string[] = [];
  const running = await start(runs, (told) => how.push(told));
  const first = await until(() => pidOf(running));
  process.kill(first, 'SIGKILL');
  const second = await until(() => (pidOf(running) === first ? undefined : pidOf(running)));
  expect(how).toEqual(['was ended by SIGKILL']);
  await running.stop(5_000);
  expect(isAlive(second)).toBe(false);
  expect(running.state()).toEqual({ state: 'stopped' });
  expect(how).toHaveLength(1);
});

test('what ignores SIGTERM is killed when the patience is over', async () => {
  const running = await start(`process.on('SIGTERM', () => {}); ${runs}`);
  const pid = await until(() => pidOf(running));
  await until(() => running.logTail(1).find((line) => line.startsWith('runs')));
  await running.stop(50);
  expect(isAlive(pid)).toBe(false);
});

test('what cannot start is tried again, ever more slowly, and its last words are kept', async () => {
  const how: string[] = [];
  const broken = await start("throw new Error('no port')", (told) => how.push(told));
  await until(() => (how.length >= 3 ? true : undefined));
  expect(how[0]).toBe('ended with exit code 1');
  expect(broken.logTail(50).join('\n')).toContain('Error: no port');
  await broken.stop(1_000);
});

test('stopping what waits for its next start ends the waiting', async () => {
  const broken = await start('process.exit(1)');
  await until(() => (broken.state().state === 'waiting' ? true : undefined));
  await broken.stop(1_000);
  expect(broken.state()).toEqual({ state: 'stopped' });
});

test('nothing of an AWS account reaches it', async () => {
  process.env.AWS_SECRET_ACCESS_KEY = 'a secret of the real account';
  const file = join(directory, 'environment.json');
  const running = await start(
    `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(file)}, JSON.stringify(process.env)); ${runs}`,
  );
  await until(() => running.logTail(1).find((line) => line.startsWith('runs')));
  delete process.env.AWS_SECRET_ACCESS_KEY;
  expect(await readFile(file, 'utf8')).not.toContain('a secret');
  await running.stop(5_000);
});
