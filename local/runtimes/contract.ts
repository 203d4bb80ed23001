import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLogs, type Logs } from '../logs/logs.ts';
import type { ContainerLaunch, ExitedContainer, RunningContainer, Runtime } from './runtime.ts';

/** A runtime to hold to the contract. */
export interface Candidate {
  readonly name: 'docker' | 'process';
  /** An image that has Node and a shell. */
  readonly image: string;
  open(directory: string, logs: Logs): Runtime;
}

const HOST_PROGRAM = fileURLToPath(new URL('./contract-host.ts', import.meta.url));
const LOG_GROUP = '/berth/contract';

/** Answers requests with what it knows of itself; ends with 0 on SIGTERM. */
const SERVER = `
  const { HOST, PORT, COLOUR, AWS_SECRET_ACCESS_KEY, ['odd.name']: odd } = process.env;
  const server = require('http').createServer((_, response) =>
    response.end(JSON.stringify({ COLOUR, AWS_SECRET_ACCESS_KEY, odd, cwd: process.cwd() })));
  server.listen(Number(PORT), HOST, () => console.log('listening'));
  process.on('SIGTERM', () => { console.log('bye'); server.close(); server.closeAllConnections(); });
`;
const STUBBORN = `process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1000);`;
const COUNTING = `let n = 0; setInterval(() => console.log('line ' + n++), 5); process.on('SIGTERM', () => process.exit(9));`;
/** Counts to 20, then ends with 3 by itself. */
const BRIEF = `let n = 0; setInterval(() => n < 20 ? console.log('line ' + n++) : process.exit(3), 20);`;

/** What every runtime keeps to, told as tests. */
export function runtimeContract(candidate: Candidate): void {
  describe(`the ${candidate.name} runtime`, () => {
    let directory: string;
    let logs: Logs;
    let runtime: Runtime;
    let exits: [id: string, exit: ExitedContainer][];
    let launched: Set<string>;
    let host: ChildProcess | undefined;

    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'berth-runtime-'));
      launched = new Set();
      open();
    });

    afterEach(async () => {
      host?.kill('SIGKILL');
      for (const id of launched) {
        const found = await runtime.adopt(id);
        if (found?.state === 'running') {
          await runtime.signal(id, 'SIGKILL');
          await exitOf(id);
        }
        await runtime.remove(id);
        expect(await runtime.adopt(id)).toBeUndefined();
      }
      await runtime.close();
      logs.close();
      rmSync(directory, { recursive: true, force: true });
    });

    function open(): void {
      exits = [];
      logs = createLogs({ directory: join(directory, 'logs') });
      runtime = candidate.open(directory, logs);
      runtime.onExit((id, exit) => exits.push([id, exit]));
    }

    async function restart(): Promise<void> {
      await runtime.close();
      logs.close();
      open();
    }

    function launchOf(script: string, more: Partial<ContainerLaunch> = {}): ContainerLaunch {
      const taskId = more.taskId ?? `${crypto.randomUUID().replaceAll('-', '')}`;
      const containerName = more.containerName ?? 'web';
      const launch = {
        id: `${taskId}-${containerName}`,
        taskArn: `arn:aws:ecs:us-east-1:000000000000:task/berth/${taskId}`,
        taskId,
        containerName,
        image: candidate.image,
        command: ['node', '-e', script],
        environment: {},
        labels: {},
        ports: [],
        // As this user, so that a test may kill it from outside.
        user: String(process.getuid?.() ?? 0),
        log: { group: LOG_GROUP, stream: `${containerName}/${taskId}` },
        ...more,
      };
      launched.add(launch.id);
      return launch;
    }

    function exitOf(id: string): Promise<ExitedContainer> {
      return vi.waitFor(
        () => exits.find(([exited]) => exited === id)?.[1] ?? Promise.reject(new Error(`${id} runs`)),
        {
          timeout: 10_000,
          interval: 10,
        },
      );
    }

    async function linesOf({ log }: ContainerLaunch): Promise<string[]> {
      const input = { logGroupName: log!.group, logStreamNames: [log!.stream] };
      const answer = (await logs.service.call('FilterLogEvents', input, {})) as {
        events: { message: string }[];
      };
      return answer.events.map((event) => event.message);
    }

    function untilPrinted(launch: ContainerLaunch, line: string): Promise<void> {
      return vi.waitFor(async () => expect(await linesOf(launch)).toContain(line), {
        timeout: 10_000,
        interval: 10,
      });
    }

    function ask(running: RunningContainer, port: number): Promise<Record<string, string>> {
      const url = `http://${running.address}:${running.publishedPorts?.[port] ?? port}/`;
      return vi.waitFor(async () => (await fetch(url)).json() as Promise<Record<string, string>>, {
        timeout: 10_000,
        interval: 20,
      });
    }

    test('runs a program that is reached at its address, with its environment', async () => {
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of the host');
      const launch = launchOf(SERVER, {
        ports: [8080],
        environment: { COLOUR: 'a b\n"$(id)"', 'odd.name': 'o' },
      });
      const running = await runtime.launch(launch);
      vi.unstubAllEnvs();
      expect(await ask(running, 8080)).toMatchObject({ COLOUR: 'a b\n"$(id)"', odd: 'o' });
      expect(await ask(running, 8080)).not.toHaveProperty('AWS_SECRET_ACCESS_KEY');
      expect(await runtime.launch(launch)).toEqual(running);
      expect(await runtime.adopt(launch.id)).toEqual(running);
    });

    test('gives two tasks the same port, and two containers of a task the same address', async () => {
      const first = await runtime.launch(
        launchOf(SERVER, { ports: [8080], environment: { COLOUR: 'blue' } }),
      );
      const [second, beside] = await Promise.all(
        [8080, 8081].map((port) => {
          const containerName = `on-${port}`;
          const environment = { COLOUR: containerName };
          return runtime.launch(
            launchOf(SERVER, { taskId: 'ab12', containerName, ports: [port], environment }),
          );
        }),
      );
      expect((await ask(first, 8080)).COLOUR).toBe('blue');
      expect((await ask(second!, 8080)).COLOUR).toBe('on-8080');
      expect((await ask(beside!, 8081)).COLOUR).toBe('on-8081');
      expect(beside!.address).toBe(second!.address);
    });

    test.each([0, 1, 3, 127])('tells exit code %i once, and its last words are kept', async (code) => {
      const launch = launchOf(`console.log('out'); console.error('err'); process.exitCode = ${code};`);
      await runtime.launch(launch);
      expect(await exitOf(launch.id)).toEqual({ state: 'exited', exitCode: code });
      expect((await linesOf(launch)).sort()).toEqual(['err', 'out']);
      expect(await runtime.adopt(launch.id)).toEqual({ state: 'exited', exitCode: code });
      await restart();
      expect(await runtime.adopt(launch.id)).toEqual({ state: 'exited', exitCode: code });
      expect((await linesOf(launch)).sort()).toEqual(['err', 'out']);
      expect(exits).toEqual([]);
    });

    test('lets a program answer SIGTERM', async () => {
      const launch = launchOf(SERVER, { ports: [8080] });
      await runtime.launch(launch);
      await untilPrinted(launch, 'listening');
      await runtime.signal(launch.id, 'SIGTERM');
      expect((await exitOf(launch.id)).exitCode).toBe(0);
      expect(await linesOf(launch)).toEqual(['listening', 'bye']);
    });

    test('kills a program that does not answer SIGTERM', async () => {
      const launch = launchOf(STUBBORN);
      await runtime.launch(launch);
      await untilPrinted(launch, 'ready');
      await runtime.signal(launch.id, 'SIGTERM');
      expect(await runtime.exec(launch.id, ['true'], 5_000)).toBe(0);
      expect((await runtime.adopt(launch.id))?.state).toBe('running');
      await runtime.signal(launch.id, 'SIGKILL');
      expect((await exitOf(launch.id)).exitCode).toBe(137);
      expect(exits).toHaveLength(1);
    });

    test('tells of a program that somebody else killed', async () => {
      const launch = launchOf(STUBBORN);
      const { pid } = await runtime.launch(launch);
      await untilPrinted(launch, 'ready');
      process.kill(pid!, 'SIGKILL');
      expect((await exitOf(launch.id)).exitCode).toBe(137);
    });

    test('leaves alone what it does not know', async () => {
      expect(await runtime.adopt('nobody-web')).toBeUndefined();
      await runtime.signal('nobody-web', 'SIGKILL');
      await runtime.remove('nobody-web');
      expect(await runtime.exec('nobody-web', ['true'], 1_000)).not.toBe(0);
    });

    test('runs a command beside the program, within its time', async () => {
      const launch = launchOf(SERVER, { ports: [8080], environment: { COLOUR: 'red' } });
      await runtime.launch(launch);
      const shell = (script: string) => runtime.exec(launch.id, ['/bin/sh', '-c', script], 10_000);
      expect(await shell('test "$COLOUR" = red && test "$PORT" != ""')).toBe(0);
      expect(await shell('exit 4')).toBe(4);
      expect(await runtime.exec(launch.id, ['no-such-program'], 10_000)).toBeGreaterThan(0);
      expect(await runtime.exec(launch.id, ['/bin/sh', '-c', 'sleep 60'], 50)).toBe(124);
    });

    test('says in words of ECS why a program cannot be started, and leaves nothing behind', async () => {
      const launch = launchOf('', { command: ['no-such-program'] });
      await expect(runtime.launch(launch)).rejects.toMatchObject({
        name: 'RuntimeError',
        message: expect.stringMatching(/^CannotStartContainerError: .*no-such-program.*not found in \$PATH/s),
      });
      expect(await runtime.adopt(launch.id)).toBeUndefined();
      expect(exits).toEqual([]);
    });

    test('starts an ended container again', async () => {
      const launch = launchOf(`console.log('again');`);
      await runtime.launch(launch);
      await exitOf(launch.id);
      exits = [];
      expect((await runtime.launch(launch)).state).toBe('running');
      expect((await exitOf(launch.id)).exitCode).toBe(0);
      expect(await linesOf(launch)).toEqual(['again', 'again']);
    });

    test('keeps nothing a program prints where no log is asked for', async () => {
      const { log: _, ...launch } = launchOf(`console.log('x');`);
      await runtime.launch(launch);
      expect((await exitOf(launch.id)).exitCode).toBe(0);
    });

    test('finds its containers again after Local AWS was killed, and how they ended', async () => {
      const runs = launchOf(COUNTING);
      const serves = launchOf(SERVER, { ports: [8080], environment: { COLOUR: 'green' } });
      const ends = launchOf(BRIEF);
      const killed = launchOf(STUBBORN);
      const before = await launchInAnotherProcess([runs, serves, ends, killed]);
      process.kill(before.get(killed.id)!.pid!, 'SIGKILL');
      await restart();

      expect(await runtime.adopt(runs.id)).toEqual(before.get(runs.id));
      expect((await ask((await runtime.adopt(serves.id)) as RunningContainer, 8080)).COLOUR).toBe('green');
      for (const [launch, exitCode] of [
        [ends, 3],
        [killed, 137],
      ] as const) {
        const found = await runtime.adopt(launch.id);
        expect(found?.state === 'exited' ? found : await exitOf(launch.id)).toEqual({
          state: 'exited',
          exitCode,
        });
      }
      await runtime.signal(runs.id, 'SIGTERM');
      expect((await exitOf(runs.id)).exitCode).toBe(9);
      const lines = await linesOf(runs);
      expect(lines).toEqual(lines.map((_, index) => `line ${index}`));
      expect(await linesOf(ends)).toHaveLength(20);
    });

    /** Launches from a process that is then killed with SIGKILL. */
    async function launchInAnotherProcess(
      launches: ContainerLaunch[],
    ): Promise<Map<string, RunningContainer>> {
      const order = JSON.stringify({ runtime: candidate.name, directory, launches });
      const child = spawn(process.execPath, [HOST_PROGRAM, order], { stdio: ['ignore', 'pipe', 'inherit'] });
      host = child;
      let answer = '';
      for await (const chunk of child.stdout!) {
        answer += chunk;
        if (answer.endsWith('\n')) break;
      }
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      return new Map(JSON.parse(answer) as [string, RunningContainer][]);
    }
  });
}
