import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type BuildResult, build } from 'esbuild';
import { openApi } from '../../core/contract/openapi.ts';
import { topology } from '../../stacks/topology.ts';
import { leanSdk } from './lean-sdk.ts';

export interface BuildOptions {
  /** Receives `<function>/index.mjs`, its source map, and `openapi.json` where the function answers to HTTP. */
  readonly outDir: string;
  /** Function names and their source files; the topology's, when not given. */
  readonly functions?: Readonly<Record<string, Source>>;
  /** What the handlers' paths are relative to. */
  readonly root?: string;
}

interface Source {
  readonly handler: string;
  readonly triggers?: readonly { readonly type: string }[];
}

export interface Bundle {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
}

const projectRoot = resolve(import.meta.dirname, '../..');

/** Bundles every function as Lambda runs it: one minified ES module each, with a source map. */
export async function buildFunctions(options: BuildOptions): Promise<readonly Bundle[]> {
  const functions = Object.entries(options.functions ?? topology.functions);
  const root = options.root ?? projectRoot;
  return Promise.all(
    functions.map(async ([name, { handler, triggers = [] }]) => {
      const directory = join(options.outDir, name);
      const made = await bundle(name, join(root, handler), join(directory, 'index.mjs'));
      if (triggers.some(({ type }) => type === 'http')) await describe(join(directory, 'openapi.json'));
      return made;
    }),
  );
}

/** The description of the API is made here, so that no function carries what makes it. */
const describe = (file: string) => writeFile(file, JSON.stringify(openApi()));

/** CommonJS inside a bundle may want Node's modules by `require`, which an ES module does not have. */
const requireBanner = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

async function bundle(name: string, entry: string, outfile: string): Promise<Bundle> {
  const plain = await bundled(entry, outfile, '');
  const code = outputOf(plain, '.mjs');
  const wanting = new TextDecoder().decode(code.contents).includes('Dynamic require of');
  const result = wanting ? await bundled(entry, outfile, requireBanner) : plain;
  await mkdir(dirname(outfile), { recursive: true });
  for (const file of result.outputFiles) await writeFile(file.path, file.contents);
  return { name, file: outfile, bytes: outputOf(result, '.mjs').contents.length };
}

function bundled(entry: string, outfile: string, banner: string) {
  return build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    write: false,
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    plugins: [leanSdk],
    logLevel: 'warning',
    ...(banner === '' ? {} : { banner: { js: banner } }),
  });
}

type InMemory = BuildResult<{ write: false }>;

function outputOf(result: InMemory, ending: string): InMemory['outputFiles'][number] {
  const file = result.outputFiles.find((one) => one.path.endsWith(ending));
  if (!file) throw new Error(`esbuild made no ${ending} file`);
  return file;
}
