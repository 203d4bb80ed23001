import Docker from 'dockerode';
import { describe, test } from 'vitest';
import { buildNodeImage } from '../../../examples/shop/image.ts';
import { runtimeContract } from '../contract.ts';
import { createDockerRuntime } from './runtime.ts';

const docker = new Docker();
const missing = await docker.ping().then(
  () => (process.platform === 'linux' ? undefined : 'an image of this machine’s Node needs Linux'),
  (error: Error) => `no Docker engine answers (${error.message})`,
);

if (missing === undefined) {
  runtimeContract({
    name: 'docker',
    image: await buildNodeImage(docker),
    open: (directory, logs) => createDockerRuntime({ owner: directory, logs: logs.sink }),
  });
} else {
  describe('the docker runtime', () => {
    test.skip(`is not tested: ${missing}`);
  });
}
