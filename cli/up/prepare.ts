import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Failure } from '../failure.ts';
import { imageScript, prepareScript } from './layout.ts';

const runProgram = promisify(execFile);
const patienceMs = 300_000;

/** Bundles the functions, as for AWS, and Local AWS, so that it starts sooner; the folder of the functions. */
export async function buildFunctions(): Promise<string> {
  return (await program([prepareScript], 'the functions could not be built')).trim();
}

/** Builds the images of the example, for runtimes that run containers. */
export async function buildImages(): Promise<void> {
  const code = `const { buildShopImages } = await import(${JSON.stringify(pathToFileURL(imageScript).href)}); await buildShopImages();`;
  await program(['--input-type=module', '--eval', code], 'the images of the example could not be built');
}

/** What it printed. */
async function program(args: readonly string[], failure: string): Promise<string> {
  try {
    const options = { timeout: patienceMs, maxBuffer: 16 * 1024 * 1024 };
    return (await runProgram(process.execPath, [...args], options)).stdout;
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    const faults = (stderr.trim() || String(error))
      .split('\n')
      .slice(-20)
      .map((detail) => ({ path: '', detail }));
    throw new Failure('unexpected', failure, { faults });
  }
}
