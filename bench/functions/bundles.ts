import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bundle, buildFunctions } from '../../local/lambda/build.ts';
import { topology } from '../../stacks/topology.ts';

export const eventFunction = 'ecs-events';
export const lookFunction = 'wake';
/** What does as AWS's own sample does, bundled by the same build. */
export const referenceFunction = 'reference';

const functions: Readonly<Record<string, { readonly handler: string }>> = {
  ...topology.functions,
  [referenceFunction]: { handler: 'bench/reference/handler.ts' },
};

/** Builds these functions into a directory that is removed afterwards. */
export async function withBundles<Result>(
  names: readonly string[],
  use: (bundles: readonly Bundle[]) => Promise<Result>,
): Promise<Result> {
  const outDir = await mkdtemp(join(tmpdir(), 'berth-bench-'));
  try {
    const wanted = Object.entries(functions).filter(([name]) => names.includes(name));
    return await use(await buildFunctions({ outDir, functions: Object.fromEntries(wanted) }));
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

export const everyFunction: readonly string[] = Object.keys(topology.functions);

export function bundleNamed(bundles: readonly Bundle[], name: string): Bundle {
  const found = bundles.find((bundle) => bundle.name === name);
  if (!found) throw new Error(`the function ${name} was not built`);
  return found;
}
