import { join } from 'node:path';
import type Docker from 'dockerode';
import type { LogSink } from '../logs/sink.ts';
import { type Clock, realClock } from '../support/clock.ts';
import { createProcessRuntime } from './process/runtime.ts';
import type { Runtime } from './runtime.ts';

export interface RuntimeChoice {
  /** The value of `BERTH_RUNTIME`: `docker`, `process`, `scripted`, or nothing to take what is there. */
  readonly forced: string | undefined;
  /** Of Local AWS; it also names the owner of Docker containers, so it must be absolute. */
  readonly dataDirectory: string;
  readonly logs: LogSink;
  readonly clock?: Clock;
  /** The engine to ask; by default the one that `DOCKER_HOST` names, or this machine's. */
  readonly docker?: Docker;
  /** Where containers only follow scripts, when that is forced. */
  readonly scripted?: Runtime | undefined;
}

/** `BERTH_RUNTIME` asks for what cannot be had; the message says what to do. */
export class RuntimeChoiceError extends Error {
  override readonly name = 'RuntimeChoiceError';
}

const ENGINE_ANSWERS_WITHIN_MS = 1_000;

/** Docker where an engine answers, processes of this machine elsewhere, or what is forced. */
export async function chooseRuntime(choice: RuntimeChoice): Promise<Runtime> {
  const { forced, dataDirectory, logs, clock = realClock } = choice;
  const asProcesses = () =>
    createProcessRuntime({ directory: join(dataDirectory, 'containers'), logs, clock });
  if (forced === 'process') return asProcesses();
  if (forced === 'scripted' && choice.scripted) return choice.scripted;
  if (forced !== undefined && forced !== '' && forced !== 'docker')
    throw new RuntimeChoiceError(
      `BERTH_RUNTIME is ${JSON.stringify(forced)}: set it to docker, process or scripted.`,
    );

  const docker = await engineOf(choice);
  const silence = typeof docker === 'string' ? docker : await silenceOf(docker, clock);
  if (typeof docker !== 'string' && silence === undefined) {
    const { createDockerRuntime } = await import('./docker/runtime.ts');
    return createDockerRuntime({ owner: dataDirectory, logs, clock, docker });
  }
  if (forced !== 'docker') return asProcesses();
  throw new RuntimeChoiceError(
    `BERTH_RUNTIME is docker, but no Docker engine answers (${silence}): ` +
      'start it, set DOCKER_HOST to where it listens, or set BERTH_RUNTIME=process.',
  );
}

/**
 * The engine's client, or why there is none (a `DOCKER_HOST` that cannot be read). It is a tenth of a second to load
 * and some 20 MB, so it is loaded by whoever needs it.
 */
async function engineOf({ docker }: RuntimeChoice): Promise<Docker | string> {
  if (docker) return docker;
  const { default: DockerClient } = await import('dockerode');
  try {
    return new DockerClient();
  } catch (error) {
    return String(error);
  }
}

/** Why the engine does not answer, undefined when it does. */
function silenceOf(docker: Docker, clock: Clock): Promise<string | undefined> {
  return new Promise((resolve) => {
    const timer = clock.after(ENGINE_ANSWERS_WITHIN_MS, () => resolve('no answer within a second'));
    docker
      .ping()
      .then(() => resolve(undefined))
      .catch((error: Error) => resolve(error.message))
      .finally(() => timer.cancel());
  });
}
