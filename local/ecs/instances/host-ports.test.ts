import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TaskRecord } from '../model.ts';
import { startBench } from '../testing.ts';
import { instanceAddress } from './address.ts';
import { createHostPorts } from './host-ports.ts';

const server = createServer((_, response) => response.end('from the task'));
afterEach(() => void server.close());

describe('host ports', () => {
  it('lead from the instance to the task while it runs, and are closed then', async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const task = await runningTask(port);
    const lines: string[] = [];
    const ports = createHostPorts({ runtime: { name: 'process' }, log: (line) => void lines.push(line) });
    ports.attend(task);
    const hostPort = task.containers[0]?.hostPorts?.[0]?.hostPort ?? 0;
    const url = `http://${instanceAddress(task.reserved?.instanceId ?? '')}:${hostPort}/`;
    await vi.waitFor(async () => expect(await (await fetch(url)).text()).toBe('from the task'));
    ports.attend({ ...task, lastStatus: 'STOPPED' });
    await vi.waitFor(() => expect(fetch(url)).rejects.toThrow());
    await ports.stop();
    expect(lines).toEqual([]);
  });
});

/** A task on an instance as the engine makes it, at an address where somebody really listens. */
async function runningTask(containerPort: number): Promise<TaskRecord> {
  const b = await startBench();
  b.call('CreateCluster');
  const portMappings = [{ containerPort }];
  b.call('RegisterTaskDefinition', {
    family: 'web',
    containerDefinitions: [{ name: 'app', image: 'shop:1', memory: 128, portMappings }],
  });
  b.engine.instances.launch({});
  b.call('RunTask', { taskDefinition: 'web' });
  await b.clock.advance(1000);
  const [task] = b.engine.liveTasks();
  if (!task) throw new Error('The task does not run.');
  return { ...task, address: '127.0.0.1' };
}
