import type Docker from 'dockerode';
import { RuntimeError, type TerminalSession, type TerminalSize } from '../runtime.ts';
import { statusOf } from './engine.ts';

/** Ctrl-C and Ctrl-D: the engine cannot kill what it has executed, but a shell ends of itself then. */
const GOODBYE = Buffer.from([3, 4]);

/** Runs a shell command in the container at a terminal of the engine. */
export async function openTerminal(
  container: Docker.Container,
  command: string,
  size: TerminalSize,
  closing: AbortSignal,
): Promise<TerminalSession> {
  const exec = await created(container, command);
  const stream = await exec.start({ hijack: true, stdin: true, Tty: true });
  const resize = ({ columns, rows }: TerminalSize) => {
    // A command that has ended has no size.
    exec.resize({ w: columns, h: rows }).catch(() => undefined);
  };
  resize(size);
  const close = () => {
    stream.write(GOODBYE);
    stream.end(() => stream.destroy());
  };
  closing.addEventListener('abort', close, { once: true });
  stream.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => stream.once('close', resolve).once('end', resolve)).then(
    async () => {
      closing.removeEventListener('abort', close);
      return (await exec.inspect()).ExitCode ?? 0;
    },
  );
  return {
    onOutput: (listener) => void stream.on('data', listener),
    ended: ended.catch(() => 126),
    write: (chunk) => void stream.write(chunk),
    resize,
    close,
  };
}

async function created(container: Docker.Container, command: string): Promise<Docker.Exec> {
  try {
    return await container.exec({
      Cmd: ['/bin/sh', '-c', command],
      Env: ['TERM=xterm-256color'],
      Tty: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    });
  } catch (error) {
    if (statusOf(error) === 404 || statusOf(error) === 409)
      throw new RuntimeError('ContainerRuntimeError: the container does not run');
    throw error;
  }
}
