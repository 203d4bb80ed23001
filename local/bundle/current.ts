import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { startLocalAws } from '../local-aws.ts';

/** A file that a bundle was made of; whether it is still the same is told by its size and its time. */
export interface Input {
  /** Relative to the project's root. */
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** What `bundle.json` says. */
export interface Manifest {
  /** Where the project lay: threads and child processes are started from there. */
  readonly root: string;
  /** The module that exports `startLocalAws`, relative to the folder of the manifest. */
  readonly entry: string;
  readonly inputs: readonly Input[];
}

export type Program = { readonly startLocalAws: typeof startLocalAws };

export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));
export const bundleDirectory = join(projectRoot, '.cache', 'local-aws');
export const manifestName = 'bundle.json';

/**
 * The URL of Local AWS in one piece, which loads in half the time of its hundreds of modules; undefined where none
 * was built, or where a file has changed or the project has moved since.
 */
export function currentBundle(directory = bundleDirectory, root = projectRoot): string | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(directory, manifestName), 'utf8')) as Manifest;
    const { entry, inputs } = manifest;
    if (manifest.root !== root || !inputs.every((input) => isSame(input, root))) return undefined;
    const file = join(directory, entry);
    statSync(file);
    return pathToFileURL(file).href;
  } catch {
    // Whatever is wrong with a bundle, the sources do as well.
    return undefined;
  }
}

function isSame({ path, size, mtimeMs }: Input, root: string): boolean {
  const now = statSync(join(root, path), { throwIfNoEntry: false });
  return now?.size === size && now.mtimeMs === mtimeMs;
}
