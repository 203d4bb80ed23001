import { join } from 'node:path';
import { type Stage, stageOf } from '../../../stacks/stages.ts';
import type { Topology } from '../../../stacks/topology.ts';
import { type App, type Evaluation, evaluate } from './evaluate.ts';
import { root } from './platform.ts';

interface Config {
  app(input: { stage?: string }): Promise<App>;
  run(): Promise<Record<string, unknown>>;
}

/** The project's own sst.config.ts, as SST reads it. */
export async function readConfig(): Promise<Config> {
  Object.assign(globalThis, { $config: (config: unknown) => config });
  return ((await import(join(root, 'sst.config.ts'))) as { default: Config }).default;
}

/** All that `sst deploy --stage …` would make. */
export async function deployed(stage: string): Promise<Evaluation & { readonly app: App }> {
  const config = await readConfig();
  const app = await config.app({ stage });
  return { app, ...(await evaluate(app, stage, stageOf(stage), () => config.run())) };
}

/** All that would be made of another topology. */
export function evaluated(topology: Topology, stage: Stage): Promise<Evaluation> {
  const app = { name: 'berth', removal: 'remove', protect: false, home: 'aws', providers: {} } as const;
  return evaluate(app, stage.name, stage, async () => {
    const { controlPlane } = await import('../../../stacks/aws/control-plane.ts');
    return controlPlane(topology, stage);
  });
}
