import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Input, type Manifest, manifestName, projectRoot } from './current.ts';

/** What was built. */
export interface Made {
  readonly files: readonly {
    /** Relative to the folder that it will lie in. */
    readonly path: string;
    readonly contents: string | Uint8Array;
  }[];
  /** What it was made of, relative to the project's root. */
  readonly inputs: readonly string[];
  /** When it was begun, milliseconds since 1970. */
  readonly begunMs: number;
}

/** Builds of earlier states of the code: what still runs may load a part of one. */
const keptBuilds = 5;
const keptMs = 24 * 3600_000;

/** Puts it into a folder of `directory` that is named by its contents, and makes that the current one; its path. */
export async function keep(directory: string, { files, inputs, begunMs }: Made): Promise<string> {
  const name = hashOf(files);
  const folder = join(directory, name);
  for (const { path, contents } of files) await replace(join(folder, path), contents);
  const own = await Promise.all(ownInputs(inputs).map(inputOf));
  // What was changed meanwhile may or may not be in it: the next build makes sure.
  if (own.some(({ mtimeMs }) => mtimeMs >= begunMs)) return folder;
  const manifest: Manifest = { root: projectRoot, folder: name, inputs: own };
  await replace(join(directory, manifestName), JSON.stringify(manifest));
  await forgetOld(directory, name);
  return folder;
}

function hashOf(files: Made['files']): string {
  const hash = createHash('sha256');
  for (const { path, contents } of files) hash.update(path).update('\0').update(contents);
  return hash.digest('hex').slice(0, 16);
}

/** What is installed changes with the lock file; what a plugin of the build made is no file. */
const ownInputs = (paths: readonly string[]) => [
  ...new Set(paths.filter((path) => !path.startsWith('node_modules/') && !path.includes(':'))),
  'package-lock.json',
];

async function inputOf(path: string): Promise<Input> {
  const { size, mtimeMs } = await stat(join(projectRoot, path));
  return { path, size, mtimeMs };
}

/** Whole or not at all: somebody else may be starting from it, or building the same. */
async function replace(file: string, contents: string | Uint8Array): Promise<void> {
  const temporary = `${file}.${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(temporary, contents);
  await rename(temporary, file);
}

async function forgetOld(directory: string, current: string): Promise<void> {
  const folders = (await readdir(directory, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const aged = await Promise.all(
    folders.map(async ({ name }) => ({ name, mtimeMs: (await stat(join(directory, name))).mtimeMs })),
  );
  const old = aged
    .filter(({ name }) => name !== current)
    .sort((one, other) => other.mtimeMs - one.mtimeMs)
    .slice(keptBuilds - 1)
    .filter(({ mtimeMs }) => mtimeMs < Date.now() - keptMs);
  await Promise.all(old.map(({ name }) => rm(join(directory, name), { recursive: true, force: true })));
}
