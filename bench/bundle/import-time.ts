import { execFile } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const program = fileURLToPath(new URL('./import-time.mjs', import.meta.url));

/** Milliseconds that a fresh process of Node takes to import a module. Throws what the module says when it cannot be. */
export async function importMs(file: string, env: NodeJS.ProcessEnv): Promise<number> {
  const { stdout } = await run(process.execPath, [program, pathToFileURL(file).href], { env });
  return Number(stdout);
}
