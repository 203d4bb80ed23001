import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { startLocalAws } from '../local-aws.ts';

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

export type Program = { readonly startLocalAws: typeof startLocalAws };

export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));
export const localAwsDirectory = join(projectRoot, '.cache', 'local-aws');
export const functionsDirectory = join(projectRoot, '.cache', 'functions');
export const localAwsFile = 'local-aws.js';
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

/** The URL of Local AWS in one piece, which loads in half the time of its hundreds of modules. */
export function currentLocalAws(): string | undefined {
  const folder = currentFolder(localAwsDirectory);
  return folder === undefined ? undefined : pathToFileURL(join(folder, localAwsFile)).href;
}

function isSame({ path, size, mtimeMs }: Input, root: string): boolean {
  const now = statSync(join(root, path), { throwIfNoEntry: false });
  return now?.size === size && now.mtimeMs === mtimeMs;
}
