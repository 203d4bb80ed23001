import { createServer } from 'node:http';
import { expect, test, vi } from 'vitest';
import { createDoor } from '../task-endpoints/door.ts';
import { listening } from '../testing.ts';
import type { Bench } from './contract-bench.ts';
import type { TerminalSession } from './runtime.ts';

const PATIENCE = { timeout: 10_000, interval: 10 };
const WAITS = 'setInterval(() => {}, 1000)';
const size = { columns: 80, rows: 24 };

/** What a container has besides its program: terminals beside it, volumes, limits, a way to this machine. */
export function surroundings(bench: () => Bench): void {
  test('takes somebody at a terminal in, with its environment, and tells how it ended', async () => {
    const { runtime } = bench();
    const launch = bench().launchOf(WAITS, { environment: { COLOUR: 'red' } });
    await runtime.launch(launch);
    const command = 'test -t 0 && echo "on a terminal in $COLOUR"; read line; echo "got <$line>"; exit 3';
    const session = await runtime.attach(launch.id, command, size);
    const printed = output(session);
    await vi.waitFor(() => expect(printed()).toContain('on a terminal in red'), PATIENCE);
    session.resize({ columns: 120, rows: 40 });
    session.write(Buffer.from('hello\n'));
    expect(await session.ended).toBe(3);
    expect(printed()).toContain('got <hello>');
    expect((await runtime.adopt(launch.id))?.state).toBe('running');
  });

  test('ends a shell whose window is closed', async () => {
    const { runtime } = bench();
    const launch = bench().launchOf(WAITS);
    await runtime.launch(launch);
    const session = await runtime.attach(launch.id, '/bin/sh', size);
    session.write(Buffer.from('echo $((40 + 2))\n'));
    const printed = output(session);
    await vi.waitFor(() => expect(printed()).toContain('42'), PATIENCE);
    session.close();
    await session.ended;
  });

  test('has no terminal when it does not run', async () => {
    await expect(bench().runtime.attach('nobody-web', 'sh', size)).rejects.toMatchObject({
      name: 'RuntimeError',
    });
  });

  test('shares volumes with its task, and nobody else; they go with the last of its containers', async () => {
    const { runtime } = bench();
    const mounts = [{ volume: 'scratch', containerPath: '/scratch', isReadOnly: false }];
    const folder = `(process.env.BERTH_VOLUME_SCRATCH ?? '/scratch')`;
    const write = `require('fs').writeFileSync(${folder} + '/note', 'x'); console.log('written')`;
    const look = `console.log(String(require('fs').existsSync(${folder} + '/note')))`;
    // As root in a container: a fresh volume is root's.
    const user = String(runtime.name === 'docker' ? 0 : (process.getuid?.() ?? 0));
    const writer = bench().launchOf(write, { mounts, user, taskId: 'a1', containerName: 'writer' });
    const sibling = bench().launchOf(look, { mounts, user, taskId: 'a1', containerName: 'sibling' });
    const stranger = bench().launchOf(look, { mounts, user, taskId: 'b2', containerName: 'stranger' });
    for (const launch of [writer, sibling, stranger]) {
      await runtime.launch(launch);
      await bench().exitOf(launch.id);
    }
    expect(await bench().linesOf(sibling)).toEqual(['true']);
    expect(await bench().linesOf(stranger)).toEqual(['false']);
    await runtime.remove(writer.id);
    await runtime.remove(sibling.id);
    const later = {
      ...sibling,
      id: 'a1-later',
      containerName: 'later',
      log: { group: 'g', stream: 'later' },
    };
    await runtime.launch(later);
    await bench().exitOf(later.id);
    expect(await bench().linesOf(later)).toEqual(['false']);
    await runtime.remove(later.id);
  });

  test('opens as many files as its limit allows', async () => {
    const { runtime } = bench();
    const ulimits = [{ name: 'nofile', soft: 123, hard: 456 }];
    const command = ['/bin/sh', '-c', 'ulimit -Sn; ulimit -Hn'];
    const launch = bench().launchOf('', { command, ulimits });
    await runtime.launch(launch);
    await bench().exitOf(launch.id);
    expect(await bench().linesOf(launch)).toEqual(['123', '456']);
  });

  test('reaches what listens on this machine’s loopback by the door that is opened for it', async () => {
    const { runtime } = bench();
    const server = createServer((request, response) => response.end(`hello ${request.url}`));
    const url = await listening(server, 0);
    const log = (line: string) => {
      throw new Error(line);
    };
    const door = createDoor({ hostAddress: () => runtime.hostAddress(), endpoint: () => url, log });
    door.lead(server);
    const address = await door.url();
    const ask = `fetch('${address}/you').then(async (answer) => console.log(await answer.text()))`;
    const launch = bench().launchOf(ask);
    await runtime.launch(launch);
    await bench().exitOf(launch.id);
    expect(await bench().linesOf(launch)).toEqual(['hello /you']);
    server.closeAllConnections();
    await door.close();
    await new Promise((resolve) => server.close(resolve));
  });
}

/** All that a terminal has printed until now. */
function output(session: TerminalSession): () => string {
  let text = '';
  session.onOutput((chunk) => {
    text += chunk.toString();
  });
  return () => text;
}
