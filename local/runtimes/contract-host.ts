import { join } from 'node:path';
import { createLogs } from '../logs/logs.ts';
import { createDockerRuntime } from './docker/runtime.ts';
import { createProcessRuntime } from './process/runtime.ts';
import type { ContainerLaunch } from './runtime.ts';

/**
 * Launches what its argument says, prints what runs as one line, and waits to be killed: a Local AWS, as far as
 * the contract of runtimes needs one.
 */
const order = JSON.parse(process.argv[2] ?? '') as {
  runtime: 'docker' | 'process';
  directory: string;
  launches: ContainerLaunch[];
};
const logs = createLogs({ directory: join(order.directory, 'logs') }).sink;
const runtime =
  order.runtime === 'docker'
    ? createDockerRuntime({ owner: order.directory, logs })
    : createProcessRuntime({ directory: join(order.directory, 'containers'), logs });
setInterval(() => undefined, 1_000);
const running = await Promise.all(
  order.launches.map(async (launch) => [launch.id, await runtime.launch(launch)] as const),
);
// Some of what they print is kept before the end and some is not.
setTimeout(() => console.log(JSON.stringify(running)), 150);
