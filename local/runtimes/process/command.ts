import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { z } from 'zod';
import { type ContainerLaunch, RuntimeError } from '../runtime.ts';

const argvSchema = z.array(z.string().refine((word) => !word.includes('\0'))).min(1);

/**
 * The label wins over the image's own words: here there is no image whose entry point could run. A command that the
 * task was started with stands in place of both.
 */
export function commandOf(launch: ContainerLaunch): string[] {
  const label = launch.isCommandOverridden ? undefined : launch.labels['berth.run'];
  const argv =
    label === undefined ? [...(launch.entryPoint ?? []), ...(launch.command ?? [])] : parseLabel(label);
  if (argv.length > 0 && argv[0] !== '') return argv;
  throw cannotStart(
    `no command to run "${launch.containerName}" (${launch.image}) as a process: ` +
      'give the container a command, or the label berth.run with a JSON array of words (`run` in berth.yaml)',
  );
}

export function workingDirectoryOf(launch: ContainerLaunch): string {
  const directory = resolve(launch.labels['berth.directory'] ?? launch.workingDirectory ?? '.');
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return directory;
  throw cannotStart(`chdir to cwd (${JSON.stringify(directory)}) failed: no such file or directory`);
}

/** Throws what the Docker daemon says of a program that is not there or may not be run. */
export function checkExecutable(program: string, workingDirectory: string, path = ''): void {
  const candidates = program.includes('/')
    ? [resolve(workingDirectory, program)]
    : path.split(delimiter).map((folder) => resolve(workingDirectory, folder, program));
  const found = candidates.map(executability);
  if (found.includes('executable')) return;
  const reason = found.includes('denied')
    ? 'permission denied'
    : program.includes('/')
      ? `stat ${program}: no such file or directory`
      : 'executable file not found in $PATH';
  throw cannotStart(`unable to start container process: exec: ${JSON.stringify(program)}: ${reason}`);
}

export function cannotStart(detail: string): RuntimeError {
  return new RuntimeError(`CannotStartContainerError: Error response from daemon: ${detail}`);
}

function executability(file: string): 'executable' | 'denied' | 'missing' {
  try {
    if (!statSync(file).isFile()) return 'denied';
    accessSync(file, constants.X_OK);
    return 'executable';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'denied' : 'missing';
  }
}

function parseLabel(label: string): string[] {
  try {
    return argvSchema.parse(JSON.parse(label));
  } catch {
    throw cannotStart(
      'the label berth.run must be a JSON array of words, for example ["node", "server.mjs"]',
    );
  }
}
