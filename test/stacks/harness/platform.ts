import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export const root = resolve(import.meta.dirname, '../../..');
const platform = join(root, '.sst/platform');

/** What a resource was asked to be, as Pulumi tells its engine. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** False for components, which group resources and are none. */
  readonly custom?: boolean;
  /** Of what is only read; empty for what is made. */
  readonly id?: string;
}

export interface Call {
  readonly token: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What answers in the engine's place. */
export interface Engine {
  newResource(registration: Registration): { id: string; state: Record<string, unknown> };
  call(call: Call): Record<string, unknown>;
}

/** The part of Pulumi's runtime that is used here; `state` is internal and has no types. */
export interface Runtime {
  setMocks(
    engine: Engine,
    project: string,
    stack: string,
    preview: boolean,
    organization: string,
  ): Promise<void>;
  runInPulumiStack(program: () => Promise<unknown>): Promise<unknown>;
}

interface Store {
  readonly leakCandidates: ReadonlySet<unknown>;
  readonly settings: { readonly rpcDone: unknown };
}

/** SST's own modules, as `sst deploy` would load them. */
export interface Platform {
  readonly runtime: Runtime;
  readonly components: unknown;
  readonly aws: unknown;
  /** The globals that a configuration may use: `$output`, `$interpolate`, … */
  readonly shim: Readonly<Record<string, unknown>>;
  run(program: () => unknown): Promise<unknown>;
  store(): Store;
}

/** Throws where the platform is not installed. */
export async function loadPlatform(): Promise<Platform> {
  if (!existsSync(join(platform, 'node_modules')))
    throw new Error('SST’s platform is not installed: node test/stacks/install.ts');
  const pulumi = await native('node_modules/@pulumi/pulumi/index.js');
  const state = await native('node_modules/@pulumi/pulumi/runtime/state.js');
  const aws = await native('node_modules/@pulumi/aws/index.js');
  const { runtime } = pulumi as { runtime: Runtime };
  return { runtime, aws, store: (state as { getStore(): Store }).getStore, ...(await ownModules()) };
}

/** SST's components read the globals while they load, so these must be set by then. */
async function ownModules(): Promise<Pick<Platform, 'components' | 'shim' | 'run'>> {
  const components: unknown = await import(join(platform, 'src/components/index.ts'));
  const shim = (await import(join(platform, 'src/shim/run.js'))) as Record<string, unknown>;
  const { run } = (await import(join(platform, 'src/auto/run.ts'))) as Pick<Platform, 'run'>;
  return { components, shim, run };
}

/** Modules of npm's, which are CommonJS and wrap what they export. */
async function native(path: string): Promise<unknown> {
  const module = (await import(pathToFileURL(join(platform, path)).href)) as { default?: unknown };
  return module.default ?? module;
}
