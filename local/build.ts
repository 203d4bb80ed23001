import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleLocalAws } from './bundle/build.ts';
import { projectRoot } from './bundle/current.ts';
import { buildFunctions } from './lambda/build.ts';

/** `npm run build`: the functions' bundles, as for AWS, and Local AWS in one piece. */
const { values } = parseArgs({
  options: { out: { type: 'string', default: join(projectRoot, 'dist/functions') } },
});
const [functions] = await Promise.all([buildFunctions({ outDir: resolve(values.out) }), bundleLocalAws()]);
for (const { name, bytes } of functions) {
  console.log(`${name.padEnd(16)} ${(bytes / 1000).toFixed(1).padStart(8)} kB`);
}
