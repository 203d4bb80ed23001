import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Bench, type Candidate } from './contract-bench.ts';
import { surroundings } from './contract-surroundings.ts';
import type { RunningContainer } from './runtime.ts';

export type { Candidate } from './contract-bench.ts';

/** Answers requests with what it knows of itself; ends with 0 on SIGTERM. */
const SERVER = `
  const { HOST, PORT, COLOUR, AWS_SECRET_ACCESS_KEY, ['odd.name']: odd } = process.env;
  const server = require('http').createServer((_, response) =>
    response.end(JSON.stringify({ COLOUR, AWS_SECRET_ACCESS_KEY, odd })));
  server.listen(Number(PORT), HOST, () => console.log('listening'));
  process.on('SIGTERM', () => { console.log('bye'); server.close(); server.closeAllConnections(); });
`;
const STUBBORN = `process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1000);`;
/** Counts until it is asked to end, which it does with 9. */
const COUNTING = `
  let n = 0; setInterval(() => console.log('line ' + n++), 5); process.on('SIGTERM', () => process.exit(9));
`;
/** Counts to 20, then ends with 3 by itself. */
const BRIEF = `let n = 0; setInterval(() => n < 20 ? console.log('line ' + n++) : process.exit(3), 20);`;

/** What every runtime keeps to, told as tests. */
export function runtimeContract(candidate: Candidate): void {
  describe(`the ${candidate.name} runtime`, () => {
    let bench: Bench;
    beforeEach(() => {
      bench = new Bench(candidate);
    });
    afterEach(() => bench.dispose());

    describe('starts a container and', () => starting(() => bench));
    describe('sees a container end and', () => ending(() => bench));
    describe('works beside a container and', () => working(() => bench));
    describe('has surroundings and', () => surroundings(() => bench));
    describe('is killed and', () => surviving(() => bench));
  });
}

function starting(bench: () => Bench): void {
  test('says where it is reached, with its environment and nothing of the host’s', async () => {
    const { runtime, ask, launchOf } = bindings(bench());
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of the host');
    const environment = { COLOUR: 'a b\n"$(id)"', 'odd.name': 'o' };
    const launch = launchOf(SERVER, { ports: [8080], environment });
    const running = await runtime.launch(launch);
    vi.unstubAllEnvs();
    expect(await ask(running, 8080)).toEqual({ COLOUR: 'a b\n"$(id)"', odd: 'o' });
    expect(await runtime.launch(launch)).toEqual(running);
    expect(await runtime.adopt(launch.id)).toEqual(running);
  });

  test('gives two tasks the same port, and two containers of a task the same address', async () => {
    const { runtime, ask, launchOf } = bindings(bench());
    const launch = (taskId: string, port: number, COLOUR: string) =>
      runtime.launch(
        launchOf(SERVER, { taskId, containerName: COLOUR, ports: [port], environment: { COLOUR } }),
      );
    const [blue, red, pink] = await Promise.all([
      launch('a1', 8080, 'blue'),
      launch('b2', 8080, 'red'),
      launch('b2', 8081, 'pink'),
    ]);
    expect((await ask(blue, 8080)).COLOUR).toBe('blue');
    expect((await ask(red, 8080)).COLOUR).toBe('red');
    expect((await ask(pink, 8081)).COLOUR).toBe('pink');
    expect(pink.address).toBe(red.address);
  });

  test('says in words of ECS why it cannot, and leaves nothing behind', async () => {
    const { runtime, launchOf } = bindings(bench());
    const launch = launchOf('', { command: ['no-such-program'] });
    await expect(runtime.launch(launch)).rejects.toMatchObject({
      name: 'RuntimeError',
      message: expect.stringMatching(/^CannotStartContainerError: .*no-such-program.*not found in \$PATH/s),
    });
    expect(await runtime.adopt(launch.id)).toBeUndefined();
    expect(bench().exits).toEqual([]);
  });

  test('starts it again when it has ended', async () => {
    const { runtime, launchOf, exitOf, linesOf } = bindings(bench());
    const launch = launchOf(`console.log('again');`);
    await runtime.launch(launch);
    await exitOf(launch.id);
    bench().exits = [];
    expect((await runtime.launch(launch)).state).toBe('running');
    expect((await exitOf(launch.id)).exitCode).toBe(0);
    expect(await linesOf(launch)).toEqual(['again', 'again']);
  });
}

function ending(bench: () => Bench): void {
  test.each([0, 1, 3, 127])('tells exit code %i once and keeps its last words', async (code) => {
    const { runtime, launchOf, exitOf, linesOf } = bindings(bench());
    const launch = launchOf(`console.log('out'); console.error('err'); process.exitCode = ${code};`);
    const exit = { state: 'exited', exitCode: code };
    await runtime.launch(launch);
    expect(await exitOf(launch.id)).toEqual(exit);
    expect((await linesOf(launch)).sort()).toEqual(['err', 'out']);
    expect(await runtime.adopt(launch.id)).toEqual(exit);
    expect(bench().exits).toHaveLength(1);
    await bench().restart();
    expect(await bench().runtime.adopt(launch.id)).toEqual(exit);
    expect((await linesOf(launch)).sort()).toEqual(['err', 'out']);
    expect(bench().exits).toEqual([]);
  });

  test('lets a program answer SIGTERM', async () => {
    const { runtime, launchOf, exitOf, linesOf, untilPrinted } = bindings(bench());
    const launch = launchOf(SERVER, { ports: [8080] });
    await runtime.launch(launch);
    await untilPrinted(launch, 'listening');
    await runtime.signal(launch.id, 'SIGTERM');
    expect((await exitOf(launch.id)).exitCode).toBe(0);
    expect(await linesOf(launch)).toEqual(['listening', 'bye']);
  });

  test('kills a program that does not answer SIGTERM', async () => {
    const { runtime, launchOf, exitOf, untilPrinted } = bindings(bench());
    const launch = launchOf(STUBBORN);
    await runtime.launch(launch);
    await untilPrinted(launch, 'ready');
    await runtime.signal(launch.id, 'SIGTERM');
    expect(await runtime.exec(launch.id, ['/bin/sh', '-c', 'exit 0'], 5_000)).toBe(0);
    expect((await runtime.adopt(launch.id))?.state).toBe('running');
    await runtime.signal(launch.id, 'SIGKILL');
    expect((await exitOf(launch.id)).exitCode).toBe(137);
    expect(bench().exits).toHaveLength(1);
  });

  test('knows of a program that somebody else killed', async () => {
    const { runtime, launchOf, exitOf, untilPrinted } = bindings(bench());
    const launch = launchOf(STUBBORN);
    const { pid } = await runtime.launch(launch);
    await untilPrinted(launch, 'ready');
    process.kill(pid!, 'SIGKILL');
    expect((await exitOf(launch.id)).exitCode).toBe(137);
  });
}

function working(bench: () => Bench): void {
  test('runs a command in its surroundings, within its time', async () => {
    const { runtime, launchOf } = bindings(bench());
    const launch = launchOf(SERVER, { ports: [8080], environment: { COLOUR: 'red' } });
    await runtime.launch(launch);
    const shell = (script: string) => runtime.exec(launch.id, ['/bin/sh', '-c', script], 10_000);
    expect(await shell('test "$COLOUR" = red && test "$PORT" != ""')).toBe(0);
    expect(await shell('exit 4')).toBe(4);
    expect(await runtime.exec(launch.id, ['no-such-program'], 10_000)).toBeGreaterThan(0);
    expect(await runtime.exec(launch.id, ['node', '-e', 'setInterval(() => {}, 1000)'], 50)).toBe(124);
  });

  test('says what it uses', async () => {
    const { runtime, launchOf, exitOf } = bindings(bench());
    const launch = launchOf(`for (const until = Date.now() + 60_000; Date.now() < until; );`);
    await runtime.launch(launch);
    await vi.waitFor(
      async () => {
        const usages = await runtime.stats([launch.id, 'nobody-web']);
        expect([...usages.keys()]).toEqual([launch.id]);
        expect(usages.get(launch.id)?.cpuSeconds).toBeGreaterThan(0.2);
        expect(usages.get(launch.id)?.memoryBytes).toBeGreaterThan(1024 * 1024);
      },
      { timeout: 10_000, interval: 100 },
    );
    await runtime.signal(launch.id, 'SIGKILL');
    await exitOf(launch.id);
    expect(await runtime.stats([launch.id])).toEqual(new Map());
  });

  test('keeps nothing it prints where no log is asked for', async () => {
    const { runtime, launchOf, exitOf } = bindings(bench());
    const { log: _, ...launch } = launchOf(`console.log('x');`);
    await runtime.launch(launch);
    expect((await exitOf(launch.id)).exitCode).toBe(0);
  });

  test('leaves alone what it does not know', async () => {
    const { runtime } = bench();
    expect(await runtime.adopt('nobody-web')).toBeUndefined();
    await runtime.signal('nobody-web', 'SIGKILL');
    await runtime.remove('nobody-web');
    expect(await runtime.exec('nobody-web', ['true'], 1_000)).not.toBe(0);
  });
}

function surviving(bench: () => Bench): void {
  test('the next one finds its containers, how they ended and every line once', async () => {
    const { ask, launchOf, exitOf, linesOf } = bindings(bench());
    const runs = launchOf(COUNTING);
    const serves = launchOf(SERVER, { ports: [8080], environment: { COLOUR: 'green' } });
    const ends = launchOf(BRIEF);
    const killed = launchOf(STUBBORN);
    const before = await bench().launchAndBeKilled([runs, serves, ends, killed]);
    process.kill(before.get(killed.id)!.pid!, 'SIGKILL');
    bench().takeOver();

    const { runtime } = bench();
    expect(await runtime.adopt(runs.id)).toEqual(before.get(runs.id));
    expect((await ask((await runtime.adopt(serves.id)) as RunningContainer, 8080)).COLOUR).toBe('green');
    for (const [id, exitCode] of [
      [ends.id, 3],
      [killed.id, 137],
    ] as const) {
      const found = await runtime.adopt(id);
      expect(found?.state === 'exited' ? found : await exitOf(id)).toEqual({ state: 'exited', exitCode });
    }
    await runtime.signal(runs.id, 'SIGTERM');
    expect((await exitOf(runs.id)).exitCode).toBe(9);
    const lines = await linesOf(runs);
    expect(lines).toEqual(lines.map((_, index) => `line ${index}`));
    expect(await linesOf(ends)).toHaveLength(20);
  });
}

/** The bench's actions as plain functions. */
function bindings(bench: Bench) {
  return {
    runtime: bench.runtime,
    launchOf: bench.launchOf.bind(bench),
    exitOf: bench.exitOf.bind(bench),
    linesOf: bench.linesOf.bind(bench),
    untilPrinted: bench.untilPrinted.bind(bench),
    ask: bench.ask.bind(bench),
  };
}
