import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { keepPrograms } from './bundle/build.ts';
import { projectRoot } from './bundle/current.ts';
import { buildFunctions } from './lambda/build.ts';

/** `npm run build`: the functions' bundles, as for AWS, and the programs in one piece each. */
const { values } = parseArgs({
  options: { out: { type: 'string', default: join(projectRoot, 'dist/functions') } },
});
const [functions] = await Promise.all([buildFunctions({ outDir: resolve(values.out) }), keepPrograms()]);
for (const { name, bytes } of functions) {
  console.log(`${name.padEnd(16)} ${(bytes / 1000).toFixed(1).padStart(8)} kB`);
}
