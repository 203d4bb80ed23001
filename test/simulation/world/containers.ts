import type { ContainerLaunch } from '../../../local/runtimes/runtime.ts';
import type { Script } from '../../../local/runtimes/scripted/runtime.ts';
import type { JobBehaviour } from '../courses.ts';
import type { Random } from '../random.ts';
import type { Behaviour, RunShape } from '../story.ts';

/** A release's tag begins with how it behaves, for example `shop:crashes-3`. */
export const behaviourOf = (image: string) =>
  image.slice(image.indexOf(':') + 1).replace(/-\d+$/, '') as Behaviour;

/** The image of a task that is run by itself. */
export const imageOfRun = (behaviour: RunShape['behaviour']) => `run:${behaviour.replaceAll(' ', '-')}`;

const neverHealthy = { healthyAfterMs: Number.MAX_SAFE_INTEGER };
/** As a process ends that is done, fails, is killed, or is asked to end. */
export const exitCodes = [0, 1, 137, 143] as const;

/** How a container behaves: what its image says, and its own luck. */
export function scriptOf(launch: ContainerLaunch, random: Random): Script {
  const { image, containerName } = launch;
  const startDelayMs = random.between(100, 3_000);
  const stopMs = random.between(0, 2_000);
  if (launch.isCommandOverridden) return scriptOfJob(launch, startDelayMs, random);
  if (image.startsWith('run:')) return scriptOfRun(image, containerName, startDelayMs, random);
  switch (behaviourOf(image)) {
    case 'works':
    case 'worse':
      return { startDelayMs, stopMs };
    case 'dies':
      return { startDelayMs, exitAfterMs: random.between(5_000, 20_000), exitCode: random.pick(exitCodes) };
    case 'crashes': {
      const exitCode = random.pick(exitCodes);
      return { startDelayMs, exitAfterMs: random.between(50, 1_500), exitCode, ...neverHealthy };
    }
    case 'sickens':
      return { startDelayMs, stopMs, ...neverHealthy };
    case 'never-starts':
      return { startDelayMs, startError: `CannotPullContainerError: pull image manifest has been retried` };
    case 'stuck':
      return { startDelayMs: random.between(90_000, 400_000), stopMs, ...neverHealthy };
  }
}

/** The command of a job says how it ends: `job fails`. */
function scriptOfJob({ image, command = [] }: ContainerLaunch, startDelayMs: number, random: Random): Script {
  const how = command[1] as JobBehaviour;
  if (behaviourOf(image) === 'never-starts')
    return { startDelayMs, startError: 'CannotPullContainerError: pull image manifest has been retried' };
  if (how === 'hangs') return { startDelayMs, stopMs: 'never' };
  return { startDelayMs, exitAfterMs: random.between(300, 8_000), exitCode: how === 'fails' ? 1 : 0 };
}

function scriptOfRun(image: string, name: string, startDelayMs: number, random: Random): Script {
  const exitAfterMs = random.between(500, 20_000);
  if (image === imageOfRun('runs on')) return { startDelayMs };
  if (image === imageOfRun('side-car ends first') && name === 'side-car')
    return { startDelayMs, exitAfterMs: random.between(50, 500), exitCode: 0 };
  return { startDelayMs, exitAfterMs, exitCode: image === imageOfRun('fails') ? 1 : 0 };
}
