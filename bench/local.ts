import type { Benchmark } from './benchmark.ts';
import { type DescribeFigures, describeFigures } from './local/describe.ts';
import { type LaunchFigures, launchFigures } from './local/launch.ts';
import { type IdleMemory, idleMemory } from './local/memory.ts';
import { type Readiness, readiness } from './local/ready.ts';

type LocalResult = Readiness & IdleMemory & DescribeFigures & LaunchFigures;

/** Local AWS by itself: how soon it is there, what it weighs, how fast it answers and launches. */
export const local: Benchmark<LocalResult> = {
  name: 'local',
  summary:
    'Local AWS: its start, idle memory, DescribeTasks among a thousand tasks, launches beside docker run',
  figures: [
    { key: 'readyMs', label: 'spawn to the first answer of ECS', unit: 'ms', limit: { atMost: 500 } },
    { key: 'readyFreshMs', label: '  in a fresh folder', unit: 'ms', limit: { atMost: 500 } },
    { key: 'readyAgainMs', label: '  in a folder that was used', unit: 'ms', limit: { atMost: 500 } },
    { key: 'slowestReadyMs', label: '  the slowest', unit: 'ms' },
    { key: 'idleRssMb', label: 'idle, Local AWS and Lambda host', unit: 'MB' },
    { key: 'localAwsRssMb', label: '  Local AWS', unit: 'MB' },
    { key: 'lambdaHostRssMb', label: '  the Lambda host with all functions warm', unit: 'MB' },
    { key: 'describeTasksPerSecond', label: 'DescribeTasks of a task, a second', limit: { atLeast: 8000 } },
    { key: 'bareHttpPerSecond', label: '  a bare server of Node’s with the same bytes, a second' },
    { key: 'describeTasksToBareHttp', label: '  the first over the second' },
    { key: 'describeTasksP50Ms', label: '  p50 of one that is alone', unit: 'ms', limit: { atMost: 1 } },
    { key: 'describeTasksP99Ms', label: '  p99 of one that is alone', unit: 'ms' },
    { key: 'describeTenTasksPerSecond', label: 'DescribeTasks of ten tasks, a second' },
    { key: 'describeTenTasksP50Ms', label: '  p50 of one that is alone', unit: 'ms', limit: { atMost: 1 } },
    { key: 'registerTaskDefinitionP50Ms', label: 'RegisterTaskDefinition, p50', unit: 'ms' },
    { key: 'processLaunchMs', label: 'RunTask to RUNNING, a process', unit: 'ms' },
    {
      key: 'launchRatioToDocker',
      label: 'RunTask to RUNNING over docker run',
      limit: { atMost: 1.3 },
      needs: 'Docker',
    },
    { key: 'dockerLaunchMs', label: '  RunTask to RUNNING, a container', unit: 'ms', needs: 'Docker' },
    { key: 'dockerRunMs', label: '  docker run', unit: 'ms', needs: 'Docker' },
  ],
  async run(log) {
    log('starting and stopping');
    const ready = await readiness(log);
    const memory = await idleMemory(log);
    const describe = await describeFigures(log);
    return { ...ready, ...memory, ...describe, ...(await launchFigures(log)) };
  },
};
