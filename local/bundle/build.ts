import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { currentFolder, directoryOf, type ProgramName, programNames, projectRoot } from './current.ts';
import { keep } from './keep.ts';

const requireBanner = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

const sources: Readonly<Record<ProgramName, string>> = {
  cli: 'cli/main.ts',
  'lambda-host': 'local/lambda/host/host.ts',
  'local-aws': 'local/local-aws.ts',
};

/** Threads and child processes are started from the sources, wherever the code that starts them lies. */
const sourceUrls: Plugin = {
  name: 'source-urls',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](cli|local)[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
      return { contents, loader: 'ts' };
    });
  },
};

/** Makes one piece of each program that has none that is up to date. */
export async function keepPrograms(): Promise<void> {
  await Promise.all(programNames.map((name) => keptProgram(name)));
}

/** Makes one piece of a program, unless there is one that is up to date; the folder that it lies in. */
export async function keptProgram(name: ProgramName, directory = directoryOf(name)): Promise<string> {
  const current = currentFolder(directory);
  if (current !== undefined) return current;
  const begunMs = Date.now();
  const { outputFiles, metafile } = await build({
    entryPoints: { [name]: sources[name] },
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
  const files = outputFiles.map(({ path, contents }) => ({
    path: relative(join(projectRoot, 'out'), path),
    contents,
  }));
  return keep(directory, { files, inputs: Object.keys(metafile.inputs), begunMs });
}
