import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

/** What a fresh process has loaded once it has imported `module`. */
async function loadedBy(
  module: string,
): Promise<{ readonly builtin: string[]; readonly packages: string[] }> {
  const program = `
    import { registerHooks } from 'node:module';
    const packages = new Set();
    registerHooks({
      resolve(specifier, context, next) {
        const found = next(specifier, context);
        const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(found.url)?.[1];
        if (name) packages.add(name);
        return found;
      },
    });
    await import(${JSON.stringify(join(import.meta.dirname, module))});
    console.log(JSON.stringify({ builtin: process.moduleLoadList, packages: [...packages] }));
  `;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program]);
  return JSON.parse(stdout) as { builtin: string[]; packages: string[] };
}

it.each(['local-aws.ts', 'lambda/host/host.ts'])(
  '%s starts without what is slow to load and not needed at the start',
  async (module) => {
    const { builtin, packages } = await loadedBy(module);
    // An `import` from 'node:http' does it: take `support/http.ts`.
    expect(builtin.filter((name) => name.includes('undici'))).toEqual([]);
    const heavy = ['dockerode', 'dynalite', 'esbuild', 'fast-xml-parser', '@aws-sdk/client-sqs'];
    expect(packages.filter((name) => heavy.includes(name))).toEqual([]);
  },
);
