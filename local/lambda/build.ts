import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { openApi } from '../../core/contract/openapi.ts';
import { topology } from '../../stacks/topology.ts';
import { currentFolder, functionsDirectory, projectRoot } from '../bundle/current.ts';
import { keep, type Made } from '../bundle/keep.ts';
import { leanSdk } from './lean-sdk.ts';

export interface BuildOptions {
  /** Receives `<function>/index.mjs`, its source map, and `openapi.json` where the function answers to HTTP. */
  readonly outDir: string;
  /** Function names and their source files; the topology's, when not given. */
  readonly functions?: Functions;
}

type Functions = Readonly<Record<string, Source>>;

interface Source {
  /** Relative to the project's root. */
  readonly handler: string;
  readonly triggers?: readonly { readonly type: string }[];
}

export interface Bundle {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
}

/** Bundles every function as Lambda runs it: one minified ES module each, with a source map. */
export async function buildFunctions(options: BuildOptions): Promise<readonly Bundle[]> {
  const { outDir, functions = topology.functions } = options;
  const { files } = await made(functions, outDir);
  for (const { path, contents } of files) {
    await mkdir(dirname(join(outDir, path)), { recursive: true });
    await writeFile(join(outDir, path), contents);
  }
  return Object.keys(functions).map((name) => {
    const code = files.find(({ path }) => path === join(name, 'index.mjs'))!;
    return { name, file: join(outDir, code.path), bytes: code.contents.length };
  });
}

/** The folder of the topology's functions as they are now, built unless there is one that is up to date. */
export async function keptFunctions(directory = functionsDirectory): Promise<string> {
  const current = currentFolder(directory);
  if (current !== undefined) return current;
  // As deep as where it will lie: source maps point from there.
  const outDir = join(directory, 'built');
  const [functions, build] = await Promise.all([made(topology.functions, outDir), inputsOfThisBuild()]);
  return keep(directory, { ...functions, inputs: [...functions.inputs, ...build] });
}

/** CommonJS inside a bundle may want Node's modules by `require`, which an ES module does not have. */
const requireBanner = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/** All in one go, so that what several share is read once; those that need `require` again, with it. */
async function made(functions: Functions, outDir: string): Promise<Made> {
  const begunMs = Date.now();
  const plain = await bundled(functions, outDir, '');
  const wanting = plain.files
    .filter(({ contents }) => Buffer.from(contents).includes('Dynamic require of'))
    .map(({ path }) => dirname(path));
  const again = await bundled(
    only(functions, (name) => wanting.includes(name)),
    outDir,
    requireBanner,
  );
  const answering = only(functions, (_, { triggers = [] }) => triggers.some(({ type }) => type === 'http'));
  const files = [...plain.files, ...again.files, ...Object.keys(answering).map(description)];
  return {
    files: [...new Map(files.map((file) => [file.path, file])).values()],
    inputs: plain.inputs,
    begunMs,
  };
}

const only = (functions: Functions, wanted: (name: string, source: Source) => boolean): Functions =>
  Object.fromEntries(Object.entries(functions).filter(([name, source]) => wanted(name, source)));

/** The description of the API is made here, so that no function carries what makes it. */
const description = (name: string) => ({
  path: join(name, 'openapi.json'),
  contents: JSON.stringify(openApi()),
});

async function bundled(functions: Functions, outDir: string, banner: string): Promise<Omit<Made, 'begunMs'>> {
  const entries = Object.entries(functions).map(([name, { handler }]) => ({
    in: resolve(projectRoot, handler),
    out: `${name}/index`,
  }));
  const { outputFiles, metafile } = await build({
    entryPoints: entries,
    absWorkingDir: projectRoot,
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    plugins: [leanSdk],
    logLevel: 'warning',
    banner: { js: banner },
  });
  return {
    files: outputFiles.map(({ path, contents }) => ({
      path: relative(outDir, path),
      contents,
    })),
    inputs: Object.keys(metafile.inputs),
  };
}

/** What this file is made of: how functions are built, which there are, and what describes the API. */
async function inputsOfThisBuild(): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [import.meta.filename],
    absWorkingDir: projectRoot,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
  return Object.keys(metafile.inputs);
}
