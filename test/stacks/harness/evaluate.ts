import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, type Resource, recordingEngine } from './engine.ts';
import { loadPlatform, type Platform, root } from './platform.ts';
import { type Rpc, rpcOfProcess } from './rpc.ts';

/** What `sst.config.ts` answers for a stage. */
export interface App {
  readonly name: string;
  readonly removal: 'remove' | 'retain' | 'retain-all';
  readonly protect: boolean;
  readonly home: 'aws';
  readonly providers: Readonly<Record<string, unknown>>;
}

export interface Evaluation {
  readonly resources: readonly Resource[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * Runs a program of SST's real components for a stage, with an engine that makes nothing, until nothing is left to
 * do. Once per process: some components remember what they made. Rejects with whatever fails inside.
 */
export async function evaluate(
  app: App,
  stage: string,
  where: Account,
  program: () => unknown,
): Promise<Evaluation> {
  const work = await mkdtemp(join(tmpdir(), 'berth-stack-'));
  const rpc = await rpcOfProcess();
  const failures = collectRejections();
  try {
    setGlobals({ $app: { ...app, stage }, $cli: cliIn(work), $dev: false });
    process.env.SST_SERVER = rpc.url;
    const platform = await loadPlatform();
    setGlobals({ ...platform.shim, sst: platform.components, aws: platform.aws });
    const { engine, resources } = recordingEngine(where, (error) => failures.errors.push(error));
    await platform.runtime.setMocks(engine, app.name, stage, false, 'organization');
    const outputs = await platform.runtime
      .runInPulumiStack(() => platform.run(program))
      .catch((error: unknown) => void failures.errors.push(error));
    await settled(platform, rpc, failures.errors);
    return { resources, outputs: outputs as Evaluation['outputs'] };
  } finally {
    failures.stop();
    await rm(work, { recursive: true, force: true });
  }
}

const setGlobals = (globals: Readonly<Record<string, unknown>>) => Object.assign(globalThis, globals);

const cliIn = (work: string) => ({
  command: 'deploy',
  rpc: '',
  home: 'aws',
  state: { version: {} },
  paths: { home: work, root, work, platform: join(root, '.sst/platform') },
});

/** Pulumi tells of a failed `apply` in no other way. */
function collectRejections(): { readonly errors: unknown[]; stop(): void } {
  const errors: unknown[] = [];
  const others = process.listeners('unhandledRejection');
  const collect = (error: unknown) => void errors.push(error);
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', collect);
  return {
    errors,
    stop() {
      process.off('unhandledRejection', collect);
      for (const listener of others) process.on('unhandledRejection', listener);
    },
  };
}

/** Long, for whoever runs below all others waits for the machine too. */
const patienceMs = 600_000;
/** What waits for something that failed may wait for ever. */
const idleAfterFailureMs = 1000;
const roundMs = 10;
const quietRounds = 3;

/** The stack answers before what its applies began has ended: waits until nothing moves, several times in a row. */
async function settled(platform: Platform, rpc: Rpc, errors: readonly unknown[]): Promise<void> {
  const deadline = performance.now() + patienceMs;
  let [worked, done, failures] = [performance.now(), undefined as unknown, 0];
  for (let quiet = 0; quiet < quietRounds && performance.now() < deadline; ) {
    await sleep(roundMs);
    const { leakCandidates, settings } = platform.store();
    const isWorking =
      rpc.open() > 0 || usesFiles() || settings.rpcDone !== done || errors.length !== failures;
    if (isWorking) worked = performance.now();
    if (errors.length > 0 && performance.now() > worked + idleAfterFailureMs) break;
    [done, failures] = [settings.rpcDone, errors.length];
    quiet = isWorking || leakCandidates.size > 0 ? 0 : quiet + 1;
  }
  if (errors.length > 0) throw errors[0];
  const { size } = platform.store().leakCandidates;
  if (size > 0) throw new Error(`the stack does not settle: ${size} promises are left`);
}

/** SST goes on with a function's archive after the stack has failed, and is to find its directory until that is done. */
const usesFiles = () => process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'));
