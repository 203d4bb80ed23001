import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLogs, type Logs } from '../../logs/logs.ts';
import { runtimeContract } from '../contract.ts';
import type { ContainerLaunch, ExitedContainer, Runtime } from '../runtime.ts';
import { placeBeside, placeTask } from './addresses.ts';
import { processExists } from './identity.ts';
import { createProcessRuntime } from './runtime.ts';

const parentOf = (pid: number) =>
  Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }));

runtimeContract({
  name: 'process',
  image: 'berth/any:1',
  open: (directory, logs) =>
    createProcessRuntime({ directory: join(directory, 'containers'), logs: logs.sink }),
});

describe('a container as a process', () => {
  let directory: string;
  let logs: Logs;
  let runtime: Runtime;
  let exits: Map<string, ExitedContainer>;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'berth-process-'));
    logs = createLogs({ directory: join(directory, 'logs') });
    open();
  });

  afterEach(async () => {
    await runtime.signal('t-web', 'SIGKILL');
    await vi.waitFor(async () => expect((await runtime.adopt('t-web'))?.state).not.toBe('running'));
    await runtime.close();
    logs.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function open(): void {
    exits = new Map();
    runtime = createProcessRuntime({ directory: join(directory, 'containers'), logs: logs.sink });
    runtime.onExit((id, exit) => exits.set(id, exit));
  }

  function launchOf(more: Partial<ContainerLaunch>): ContainerLaunch {
    return {
      id: 't-web',
      taskArn: 'arn:aws:ecs:us-east-1:000000000000:task/berth/t',
      taskId: 't',
      containerName: 'web',
      image: 'shop:v1',
      environment: {},
      labels: {},
      ports: [],
      ...more,
    };
  }

  const sh = (script: string) => launchOf({ command: ['/bin/sh', '-c', script] });
  const exited = () =>
    vi.waitFor(() => expect(exits.get('t-web')).toBeDefined(), { timeout: 5_000, interval: 10 });

  /** Waits until a program has written `file` and gives what it wrote. */
  function written(file: string): Promise<string> {
    return vi.waitFor(
      () => {
        const text = readFileSync(join(directory, file), 'utf8');
        expect(text).toMatch(/\n$/);
        return text.trim();
      },
      { timeout: 5_000, interval: 10 },
    );
  }

  test('runs what its label says, where its label says', async () => {
    await runtime.launch(
      launchOf({
        command: ['not', 'this'],
        labels: { 'berth.run': '["/bin/sh", "-c", "pwd > where"]', 'berth.directory': directory },
      }),
    );
    await exited();
    expect(readFileSync(join(directory, 'where'), 'utf8')).toBe(`${directory}\n`);
  });

  test('runs what its task was started with in place of its label', async () => {
    const labels = { 'berth.run': '["not", "this"]', 'berth.directory': directory };
    const command = ['/bin/sh', '-c', 'pwd > where'];
    await runtime.launch(launchOf({ command, isCommandOverridden: true, labels }));
    await exited();
    expect(readFileSync(join(directory, 'where'), 'utf8')).toBe(`${directory}\n`);
  });

  test.each([
    [{}, /no command to run "web".*label berth.run/],
    [{ labels: { 'berth.run': 'node server.mjs' } }, /JSON array of words/],
    [{ labels: { 'berth.run': '[]' } }, /JSON array of words/],
    [{ command: ['sh'], workingDirectory: '/no/such/place' }, /chdir to cwd \("\/no\/such\/place"\)/],
    [{ command: ['/etc/passwd'] }, /exec: "\/etc\/passwd": permission denied/],
    [{ command: ['./nothing'] }, /stat .\/nothing: no such file or directory/],
  ])('says what is wrong with %j', async (wrong, message) => {
    await expect(runtime.launch(launchOf(wrong))).rejects.toThrow(message);
    expect(readdirSync(join(directory, 'containers'))).toEqual([]);
  });

  test('takes words as they are: no shell reads them', async () => {
    const file = join(directory, 'words');
    const words = ['$(touch hacked)', '; touch hacked', '`id`', "it's", '', '-n', '*'];
    const script = `require('fs').writeFileSync(${JSON.stringify(file)}, JSON.stringify(process.argv.slice(1)) + '\\n')`;
    const labels = { 'berth.directory': directory };
    await runtime.launch(launchOf({ command: ['node', '-e', script, '--', ...words], labels }));
    expect(JSON.parse(await written('words'))).toEqual(words);
    expect(existsSync(join(directory, 'hacked'))).toBe(false);
  });

  test('is known to its end where the process that forked it is killed', async () => {
    const { pid } = await runtime.launch(sh(`until [ -e ${directory}/go ]; do sleep 0.02; done; exit 5`));
    process.kill(parentOf(parentOf(pid!)), 'SIGKILL');
    await runtime.launch({ ...sh('exit 6'), id: 't-next', taskId: 'next' });
    await vi.waitFor(() => expect(exits.get('t-next')?.exitCode).toBe(6), { timeout: 5_000 });
    expect(exits.has('t-web')).toBe(false);
    writeFileSync(join(directory, 'go'), '');
    await exited();
    expect(exits.get('t-web')?.exitCode).toBe(5);
  });

  test('leaves nothing behind of a program that ends while its children run', async () => {
    await runtime.launch(sh(`sleep 1000 & echo $! > ${directory}/child; exit 3`));
    await exited();
    expect(exits.get('t-web')).toEqual({ state: 'exited', exitCode: 3 });
    const child = Number(await written('child'));
    await vi.waitFor(() => expect(isGone(child)).toBe(true));
  });

  test('ends the program when only its wrapper is killed', async () => {
    const { pid } = await runtime.launch(sh(`echo $PPID > ${directory}/wrapper; exec sleep 1000`));
    process.kill(Number(await written('wrapper')), 'SIGKILL');
    await exited();
    expect(exits.get('t-web')?.exitCode).toBe(137);
    await vi.waitFor(() => expect(isGone(pid!)).toBe(true));
  });

  test('runs below the priority of who started it, also where Linux weighs whole sessions', async () => {
    const { pid } = await runtime.launch(sh('exec sleep 1000'));
    expect(getPriority(pid)).toBe(Math.max(getPriority(), 5));
    const weightOfSession = `/proc/${pid}/autogroup`;
    if (!existsSync(weightOfSession)) return;
    await vi.waitFor(
      () => expect(readFileSync(weightOfSession, 'utf8')).toContain(` nice ${getPriority(pid)}\n`),
      { timeout: 5_000 },
    );
  });

  test('learns of a group that was killed while nobody looked', async () => {
    const { pid } = await runtime.launch(sh(`echo $PPID > ${directory}/wrapper; exec sleep 1000`));
    const wrapper = Number(await written('wrapper'));
    await runtime.close();
    process.kill(-wrapper, 'SIGKILL');
    await vi.waitFor(() => expect(isGone(wrapper) && isGone(pid!)).toBe(true));
    open();
    expect(await runtime.adopt('t-web')).toEqual({ state: 'exited', exitCode: 137 });
  });

  test('does not take another process with the same id for its own', async () => {
    await runtime.launch(sh(`echo $PPID > ${directory}/wrapper; exec sleep 1000`));
    process.kill(-Number(await written('wrapper')), 'SIGKILL');
    await exited();
    await runtime.close();
    const containers = join(directory, 'containers');
    const [folder = ''] = readdirSync(containers);
    writeFileSync(join(containers, folder, 'pids'), `${process.pid} ${process.pid}\n`);
    rmSync(join(containers, folder, 'exit'));
    open();
    await runtime.signal('t-web', 'SIGKILL');
    expect(await runtime.adopt('t-web')).toEqual({ state: 'exited', exitCode: 137 });
  });

  test('takes it as an end like any other when its folder is gone by then', async () => {
    await runtime.launch(sh(`echo $PPID > ${directory}/wrapper; exec sleep 1000`));
    const wrapper = Number(await written('wrapper'));
    rmSync(join(directory, 'containers'), { recursive: true });
    process.kill(-wrapper, 'SIGKILL');
    await exited();
  });

  test('gives a port that is taken on its address, or one of 127.0.0.1, a free number', async () => {
    const nothingTaken = { addresses: new Set<string>(), publishedPorts: new Set<number>() };
    const taken = createServer();
    const place = await placeTask('some-task', [8080], nothingTaken);
    expect(await placeTask('some-task', [8080], nothingTaken)).toEqual(place);
    await new Promise<void>((resolve) => taken.listen({ host: place.address, port: 8080 }, resolve));
    expect(
      (await placeBeside(place.address, [8080, 8081], nothingTaken)).publishedPorts?.[8080],
    ).toBeGreaterThan(0);
    const other = await placeTask('some-task', [8080], nothingTaken);
    taken.close();
    // A machine that has nothing but 127.0.0.1 keeps the address and gives another port.
    expect(other).not.toEqual(place);
    const shared = await placeBeside('127.0.0.1', [80, 8080], nothingTaken);
    expect(Object.keys(shared.publishedPorts ?? {})).toEqual(['80', '8080']);
  });

  function isGone(pid: number): boolean {
    if (!processExists(pid)) return true;
    // A zombie is its parent's to bury; where there is no /proc it does not show.
    return existsSync(`/proc/${pid}/stat`) && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  }
});
