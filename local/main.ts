import { flushCompileCache } from 'node:module';
import { currentProgram } from './bundle/current.ts';
import type { LocalAws } from './local-aws.ts';
import { type LocalAwsOptions, parseOptions } from './options.ts';
import { keepCompiled } from './support/compile-cache.ts';

export type { LocalAws } from './local-aws.ts';
export { defaultOptions, type LocalAwsOptions } from './options.ts';

type Program = typeof import('./local-aws.ts');

/** Starts Local AWS; throws when a port is taken, or when one runs on the same data already. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  // Loaded only now, so that the compile cache that was switched on before counts.
  const { startLocalAws: start } = await import('./local-aws.ts');
  return start(options);
}

async function main(): Promise<void> {
  keepCompiled();
  const options = parseOptions(process.argv.slice(2), process.env);
  const bundle = currentProgram('local-aws');
  const program: Program = await (bundle === undefined ? import('./local-aws.ts') : import(bundle));
  const local = await program.startLocalAws(options);
  const { endpoint, api, runtime } = local;
  console.log(JSON.stringify({ ready: true, endpoint, api, runtime, pid: process.pid }));
  // Who is killed keeps nothing at its end.
  flushCompileCache();
  const end = () => {
    local.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
}
