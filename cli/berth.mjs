#!/usr/bin/env node
// Plain JavaScript that every Node understands: Berth itself is TypeScript, which Node runs from 22.18 on.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
const understandsTypeScript = major > 22 || (major === 22 && minor >= 18);

if (understandsTypeScript) {
  // What was compiled once is not compiled again, neither here nor in the processes that `up` starts.
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../.cache/compiled', import.meta.url));
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  const { currentProgram } = await import('../local/bundle/current.ts');
  await import(currentProgram('cli') ?? './main.ts');
} else {
  startWith(fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url)));
}

function startWith(node) {
  if (!existsSync(node)) {
    console.error(
      `berth needs Node 22.18 or newer; this is ${process.version}. Run npm ci, which brings one.`,
    );
    process.exit(1);
  }
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // The terminal sends Ctrl-C to both; this one only waits. Other senders know only this process.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
}
