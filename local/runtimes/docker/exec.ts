import type Docker from 'dockerode';
import type { Clock } from '../../support/clock.ts';

const TIMED_OUT = 124;
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/** Runs `argv` in the container. What outlives its time is no longer waited for; the engine cannot kill it. */
export async function runInside(
  container: Docker.Container,
  argv: readonly string[],
  timeoutMs: number,
  clock: Clock,
): Promise<number> {
  let giveUp = () => {};
  const timedOut = new Promise<number>((resolve) => {
    giveUp = () => resolve(TIMED_OUT);
  });
  const timer = clock.after(timeoutMs, () => giveUp());
  try {
    return await Promise.race([runToEnd(container, argv), timedOut]);
  } catch (error) {
    return /not found|no such file/i.test(String(error)) ? NOT_FOUND : NOT_EXECUTABLE;
  } finally {
    timer.cancel();
  }
}

async function runToEnd(container: Docker.Container, argv: readonly string[]): Promise<number> {
  const exec = await container.exec({ Cmd: [...argv], AttachStdout: true, AttachStderr: true });
  const output = await exec.start({});
  await new Promise((resolve) => output.once('close', resolve).resume());
  return (await exec.inspect()).ExitCode ?? NOT_EXECUTABLE;
}
