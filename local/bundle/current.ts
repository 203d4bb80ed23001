import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A file that something was built of; whether it is still the same is told by its size and its time. */
export interface Input {
  /** Relative to the project's root. */
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** What `current.json` says: which of the folders beside it is the newest, and what that was built of. */
export interface Manifest {
  /** Where the project lay: threads and child processes are started from there. */
  readonly root: string;
  readonly folder: string;
  readonly inputs: readonly Input[];
}

/** What is started so often, or has to be there so soon, that it is kept in one piece. */
export const programNames = ['cli', 'lambda-host', 'local-aws'] as const;

export type ProgramName = (typeof programNames)[number];

export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));
export const directoryOf = (name: ProgramName) => join(projectRoot, '.cache', 'programs', name);
export const functionsDirectory = join(projectRoot, '.cache', 'functions');
export const manifestName = 'current.json';

/** The folder that was built last, unless a file has changed or the project has moved since. */
export function currentFolder(directory: string, root = projectRoot): string | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(directory, manifestName), 'utf8')) as Manifest;
    if (manifest.root !== root || !manifest.inputs.every((input) => isSame(input, root))) return undefined;
    const folder = join(directory, manifest.folder);
    return statSync(folder).isDirectory() ? folder : undefined;
  } catch {
    // Whatever is wrong with what was built, it can be built again.
    return undefined;
  }
}

/** The URL of a program in one piece, which loads in half the time of its hundreds of modules. */
export function currentProgram(name: ProgramName): string | undefined {
  const folder = currentFolder(directoryOf(name));
  return folder === undefined ? undefined : pathToFileURL(join(folder, `${name}.js`)).href;
}

function isSame({ path, size, mtimeMs }: Input, root: string): boolean {
  // `join` would take longer than to look.
  const now = statSync(`${root}/${path}`, { throwIfNoEntry: false });
  return now?.size === size && now.mtimeMs === mtimeMs;
}
