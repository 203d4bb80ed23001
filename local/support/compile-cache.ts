import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

const variable = 'NODE_COMPILE_CACHE';

/**
 * What Node compiles is kept for the next start, that of the threads and processes that this one starts too: they
 * know by the environment. Without it, each loads what strips types, which takes a tenth of a second and 20 MB.
 * What is imported before is not kept.
 */
export function keepCompiled(environment: NodeJS.ProcessEnv = process.env): void {
  environment[variable] ??= fileURLToPath(new URL('../../.cache/compiled', import.meta.url));
  enableCompileCache(environment[variable]);
}

/** For a thread whose environment is not this process's. */
export function compileCacheIn({ [variable]: directory }: NodeJS.ProcessEnv): Record<string, string> {
  return directory === undefined ? {} : { [variable]: directory };
}

/** In such a thread: what runs in it has no part in it. */
export function hideCompileCache(environment: NodeJS.ProcessEnv = process.env): void {
  delete environment[variable];
}
