import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import {
  bundleDirectory,
  currentBundle,
  type Input,
  type Manifest,
  manifestName,
  projectRoot,
} from './current.ts';

/** Bundles of earlier states of the code, which a Local AWS that still runs may load a part of. */
const kept = 5;

const requireBanner = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/** Threads and child processes are started from the sources, wherever the code that starts them lies. */
const sourceUrls: Plugin = {
  name: 'source-urls',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]local[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
      return { contents, loader: 'ts' };
    });
  },
};

/** Makes one piece of Local AWS for `currentBundle`, unless there is one that is up to date. */
export async function bundleLocalAws(directory = bundleDirectory): Promise<void> {
  if (currentBundle(directory) !== undefined) return;
  const begunMs = Date.now();
  const made = await build({
    entryPoints: { 'local-aws': join(projectRoot, 'local', 'local-aws.ts') },
    absWorkingDir: projectRoot,
    outdir: 'out',
    entryNames: '[name]',
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    minifySyntax: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    external: ['dockerode'],
    banner: { js: requireBanner },
    plugins: [sourceUrls],
    logLevel: 'warning',
  });
  const hash = createHash('sha256');
  for (const { contents } of made.outputFiles) hash.update(contents);
  const name = hash.digest('hex').slice(0, 16);
  await mkdir(join(directory, name), { recursive: true });
  for (const { path, contents } of made.outputFiles) {
    await replace(join(directory, name, relative(join(projectRoot, 'out'), path)), contents);
  }
  const inputs = await Promise.all(ownInputs(Object.keys(made.metafile.inputs)).map(inputOf));
  // What was changed meanwhile may or may not be in it: the next build makes sure.
  if (inputs.some(({ mtimeMs }) => mtimeMs >= begunMs)) return;
  const manifest: Manifest = { root: projectRoot, entry: `${name}/local-aws.js`, inputs };
  await replace(join(directory, manifestName), JSON.stringify(manifest));
  await forgetOld(directory, name);
}

/** What is installed changes with the lock file. */
const ownInputs = (paths: readonly string[]) => [
  ...paths.filter((path) => !path.startsWith('node_modules/')),
  'package-lock.json',
];

async function inputOf(path: string): Promise<Input> {
  const { size, mtimeMs } = await stat(join(projectRoot, path));
  return { path, size, mtimeMs };
}

/** Whole or not at all: somebody else may be starting from it, or building the same. */
async function replace(file: string, contents: string | Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}`;
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
    .slice(kept - 1);
  await Promise.all(old.map(({ name }) => rm(join(directory, name), { recursive: true, force: true })));
}
