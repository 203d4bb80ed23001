import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildNodeImage } from '../../examples/shop/image.ts';
import { dockerAbsence } from '../../test/support/docker.ts';
import { median, rounded } from '../statistics.ts';
import type { EcsCaller } from './ecs-caller.ts';
import { withLocal } from './local-process.ts';

export interface LaunchFigures {
  /** From RunTask to RUNNING, of a task that is a process. */
  readonly processLaunchMs: number;
  /** From RunTask to RUNNING over what `docker run` of the same image takes; null without Docker. */
  readonly launchRatioToDocker: number | null;
  readonly dockerLaunchMs: number | null;
  readonly dockerRunMs: number | null;
}

const processLaunches = 15;
const dockerPairs = 9;
const lookEveryMs = 2;
/** Ends at once when it is told to: as the first process of its container, `sleep` would not listen. */
const command = ['sh', '-c', 'trap "exit 0" TERM; sleep 600 & wait'];

export async function launchFigures(log: (line: string) => void): Promise<LaunchFigures> {
  log('launching processes');
  const processLaunchMs = await withLocal('process', async ({ ecs }) => {
    await prepare(ecs, 'none');
    const all: number[] = [];
    for (let done = 0; done <= processLaunches; done++) all.push(await launchMs(ecs));
    return rounded(median(all.slice(1)));
  });
  return { processLaunchMs, ...(await besideDocker(log)) };
}

async function besideDocker(log: (line: string) => void) {
  const absence = await dockerAbsence();
  if (absence !== undefined) {
    log(`launches beside Docker are not measured: ${absence}`);
    return { launchRatioToDocker: null, dockerLaunchMs: null, dockerRunMs: null };
  }
  log('launching containers, and the same by docker run');
  const image = await buildNodeImage();
  return withLocal('docker', async ({ ecs }) => {
    await prepare(ecs, image);
    const pairs: { readonly ours: number; readonly theirs: number }[] = [];
    // In turns, so that what else the machine does hits both; the first pair warms up.
    for (let done = 0; done <= dockerPairs; done++)
      pairs.push({ ours: await launchMs(ecs), theirs: await dockerRunMs(image) });
    const [, ...counted] = pairs;
    return {
      launchRatioToDocker: rounded(median(counted.map(({ ours, theirs }) => ours / theirs))),
      dockerLaunchMs: rounded(median(counted.map(({ ours }) => ours))),
      dockerRunMs: rounded(median(counted.map(({ theirs }) => theirs))),
    };
  });
}

async function prepare(ecs: EcsCaller, image: string): Promise<void> {
  await ecs.call('CreateCluster', {});
  await ecs.call('RegisterTaskDefinition', {
    family: 'sleeper',
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    cpu: '256',
    memory: '512',
    containerDefinitions: [{ name: 'main', image, command }],
  });
}

type Described = { readonly tasks: readonly { readonly lastStatus: string; readonly taskArn: string }[] };

/** Until a caller sees RUNNING; the task is gone afterwards. */
async function launchMs(ecs: EcsCaller): Promise<number> {
  const startedAt = performance.now();
  const { tasks } = await ecs.call<Described>('RunTask', {
    taskDefinition: 'sleeper',
    launchType: 'FARGATE',
    networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-local'] } },
  });
  const arn = tasks[0]?.taskArn ?? '';
  await statusOf(ecs, arn, 'RUNNING');
  const tookMs = performance.now() - startedAt;
  await ecs.call('StopTask', { task: arn });
  // What it leaves behind is not taken for the next one's.
  await statusOf(ecs, arn, 'STOPPED');
  return tookMs;
}

async function statusOf(ecs: EcsCaller, arn: string, wanted: string): Promise<void> {
  for (;;) {
    const { tasks } = await ecs.call<Described>('DescribeTasks', { tasks: [arn] });
    const status = tasks[0]?.lastStatus;
    if (status === wanted) return;
    if (status === 'STOPPED' || status === undefined) throw new Error(`${arn} did not become ${wanted}`);
    await sleep(lookEveryMs);
  }
}

/** Until `docker run --detach` says that the container runs. */
async function dockerRunMs(image: string): Promise<number> {
  const startedAt = performance.now();
  const id = await output('docker', ['run', '--detach', image, ...command]);
  const tookMs = performance.now() - startedAt;
  await output('docker', ['rm', '--force', id]);
  return tookMs;
}

async function output(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code}`);
  return text.trim();
}
