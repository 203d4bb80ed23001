import { type SupervisedChild, supervise } from './child.ts';
import { type Health, untilHealthy } from './health.ts';
import { lambdaHost, localAws, type UpOptions, urls } from './layout.ts';
import { requireFree } from './ports.ts';
import { buildFunctions } from './prepare.ts';

/** A Berth on this machine: Local AWS and the Lambda host, kept running. */
export interface RunningBerth {
  readonly endpoint: string;
  readonly api: string;
  readonly health: Health;
  /** Stops it with all its tasks. */
  stop(): Promise<void>;
  /** Kills it at once; tasks go on, and the next `up` in this directory takes them over. */
  kill(): void;
}

/** Tasks get their own time to stop (ECS's default is 30 s); then Local AWS is done. */
const stopPatienceMs = 45_000;
const hostPatienceMs = 5_000;

/** Starts a Berth. Throws a `Failure` when it cannot start; nothing is left running then. */
export async function startBerth(
  options: UpOptions,
  onRestart: (name: string, how: string) => void,
): Promise<RunningBerth> {
  await requireFree([options.port, options.apiPort, options.hostPort]);
  const functions = await buildFunctions();
  const children = [localAws(options), lambdaHost(options, functions)].map((spec) =>
    supervise(spec, (how) => onRestart(spec.name, how)),
  );
  const { endpoint, api } = urls(options);
  try {
    const health = await untilHealthy(endpoint, api, children);
    return { endpoint, api, health, stop: () => stopAll(children), kill: () => killAll(children) };
  } catch (error) {
    await stopAll(children);
    throw error;
  }
}

/** The host first: what it has in hand is done against a Local AWS that still answers. */
async function stopAll([local, host]: readonly SupervisedChild[]): Promise<void> {
  await host?.stop(hostPatienceMs);
  await local?.stop(stopPatienceMs);
}

function killAll(children: readonly SupervisedChild[]): void {
  for (const child of children) child.kill();
}
