import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { currentProgram } from './bundle/current.ts';
import { keepCompiled } from './support/compile-cache.ts';

/** The Lambda host as a process: it prints one line of JSON when it is ready, and ends on SIGTERM or SIGINT. */
const { values } = parseArgs({
  options: {
    endpoint: { type: 'string', default: 'http://127.0.0.1:4700' },
    port: { type: 'string', default: '4702' },
    functions: { type: 'string', default: 'dist/functions' },
    logs: { type: 'string', default: '.berth/logs/functions' },
  },
});

keepCompiled();
const bundle = currentProgram('lambda-host');
type Program = typeof import('./lambda/host/host.ts');
const { startLambdaHost }: Program = await (bundle === undefined
  ? import('./lambda/host/host.ts')
  : import(bundle));
const host = await startLambdaHost({
  endpoint: values.endpoint,
  port: Number(values.port),
  bundles: resolve(values.functions),
  logs: resolve(values.logs),
});
console.log(JSON.stringify({ ready: true, url: host.url, pid: process.pid }));

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void host.stop().then(() => process.exit(0));
  });
}
