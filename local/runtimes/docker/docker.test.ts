import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildNodeImage } from '../../../examples/shop/image.ts';
import { notTried } from '../../../test/support/not-tried.ts';
import { createLogs, type Logs } from '../../logs/logs.ts';
import { runtimeContract } from '../contract.ts';
import type { ContainerLaunch, ExitedContainer, Runtime } from '../runtime.ts';
import { createDockerRuntime } from './runtime.ts';

const docker = new Docker();
const missing = await docker.ping().then(
  () => (process.platform === 'linux' ? undefined : 'an image of this machine’s Node needs Linux'),
  (error: Error) => `no Docker engine answers (${error.message})`,
);

if (missing === undefined) {
  const image = await buildNodeImage(docker);
  runtimeContract({
    name: 'docker',
    image,
    open: (directory, logs) => createDockerRuntime({ owner: directory, logs: logs.sink }),
  });

  describe('a container of the engine', () => {
    let directory: string;
    let logs: Logs;
    let runtime: Runtime;

    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'berth-docker-'));
      logs = createLogs({ directory });
      runtime = createDockerRuntime({ owner: directory, logs: logs.sink, docker, pullTimeoutSeconds: 10 });
    });

    afterEach(async () => {
      await runtime.signal('t-web', 'SIGKILL');
      await vi.waitFor(async () => expect((await runtime.adopt('t-web'))?.state).not.toBe('running'));
      await runtime.remove('t-web');
      await runtime.close();
      rmSync(directory, { recursive: true, force: true });
    });

    function launchOf(more: Partial<ContainerLaunch>): ContainerLaunch {
      return {
        id: 't-web',
        taskArn: 'arn:aws:ecs:us-east-1:000000000000:task/berth/t',
        taskId: 't',
        containerName: 'web',
        image,
        command: ['node', '-e', 'setInterval(() => {}, 1000)'],
        environment: {},
        labels: {},
        ports: [],
        ...more,
      };
    }

    test('is not started from an image that is nowhere', async () => {
      const launch = launchOf({ image: 'registry.invalid/nobody/nothing:v1' });
      await expect(runtime.launch(launch)).rejects.toMatchObject({
        name: 'RuntimeError',
        message: expect.stringMatching(/^CannotPullContainerError: /),
      });
      await expect(runtime.launch(launchOf({ image: 'Not An Image' }))).rejects.toThrow(
        /^CannotPullContainerError: /,
      );
      expect(await runtime.adopt('t-web')).toBeUndefined();
    });

    test('is limited as asked, and says when memory was not enough', async () => {
      const ended = new Promise<ExitedContainer>((resolve) => runtime.onExit((_, exit) => resolve(exit)));
      const hungry = 'const all = []; setInterval(() => all.push(Buffer.alloc(8 << 20, 1)), 5);';
      const running = await runtime.launch(
        launchOf({ command: ['node', '-e', hungry], memoryMiB: 64, cpuUnits: 512 }),
      );
      expect(running.imageDigest).toMatch(/^sha256:/);
      const { HostConfig } = await docker.getContainer(running.runtimeId).inspect();
      expect(HostConfig).toMatchObject({ Memory: 64 * 1024 * 1024, NanoCpus: 5e8 });
      expect(await ended).toEqual({
        state: 'exited',
        exitCode: 137,
        reason: 'OutOfMemoryError: Container killed due to memory usage',
      });
    });

    test('keeps a line that is longer than one frame of the engine', async () => {
      const ended = new Promise((resolve) => runtime.onExit(resolve));
      const log = { group: 'g', stream: 's' };
      await runtime.launch(
        launchOf({ log, command: ['node', '-e', `console.log('x'.repeat(40_000)); console.log('end')`] }),
      );
      await ended;
      const answer = await logs.service.call('FilterLogEvents', { logGroupName: 'g' }, {});
      const { events } = answer as { events: { message: string }[] };
      expect(events.map(({ message }) => message)).toEqual(['x'.repeat(40_000), 'end']);
    });

    test('is told of when somebody removes it', async () => {
      const ended = new Promise<ExitedContainer>((resolve) => runtime.onExit((_, exit) => resolve(exit)));
      const { runtimeId } = await runtime.launch(launchOf({}));
      await docker.getContainer(runtimeId).remove({ force: true });
      expect((await ended).state).toBe('exited');
      expect(await runtime.adopt('t-web')).toBeUndefined();
    });
  });
} else {
  describe('the docker runtime', () => {
    notTried(`the docker runtime is not tested here: ${missing}`);
  });
}
