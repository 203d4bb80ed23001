import type { Clock, Timer } from '../support/clock.ts';
import {
  type ContainerLaunch,
  type ExitedContainer,
  type RunningContainer,
  type Runtime,
  RuntimeError,
} from './runtime.ts';

/** How a container behaves; what is left out happens at once, or never. */
export interface Script {
  readonly startDelayMs?: number;
  /** It does not start; the message is the stopped-task reason. */
  readonly startError?: string;
  readonly exitAfterMs?: number;
  readonly exitCode?: number;
  readonly exitReason?: string;
  /** How long it takes to end after SIGTERM; `never` when it ignores that. */
  readonly stopMs?: number | 'never';
  /** Before this `exec` answers 1, afterwards 0. */
  readonly healthyAfterMs?: number;
  /** From this on `exec` answers 1 again. */
  readonly unhealthyAfterMs?: number;
}

/** A runtime without processes: containers follow their scripts on the clock, for tests and simulations. */
export interface ScriptedRuntime extends Runtime {
  /** Every launch that was asked for, in order. */
  readonly launches: readonly ContainerLaunch[];
  /** Ids of the containers that really began, one entry for each time. */
  readonly started: readonly string[];
  /** Ids of what runs now, oldest first. */
  running(): readonly string[];
  /** Ends a container from outside, as a SIGKILL by hand would. */
  kill(id: string, exitCode?: number): void;
}

interface Container {
  readonly launch: ContainerLaunch;
  readonly script: Script;
  readonly found: RunningContainer;
  readonly startedAt: number;
  readonly timers: Timer[];
  exit?: ExitedContainer;
}

/** Makes a runtime in which `scriptOf` says how each container behaves. */
export function scriptedRuntime(
  clock: Clock,
  scriptOf: (launch: ContainerLaunch) => Script = () => ({}),
): ScriptedRuntime {
  const containers = new Map<string, Container>();
  const listeners: ((id: string, exit: ExitedContainer) => void)[] = [];
  const launches: ContainerLaunch[] = [];
  const started: string[] = [];
  const addresses = new Map<string, string>();

  const end = (id: string, exit: ExitedContainer) => {
    const container = containers.get(id);
    if (!container || container.exit) return;
    for (const timer of container.timers) timer.cancel();
    container.exit = exit;
    for (const listener of listeners) listener(id, exit);
  };
  const addressOf = (taskId: string) => {
    const known = addresses.get(taskId);
    if (known !== undefined) return known;
    const number = addresses.size + 1;
    const address = `127.64.${Math.floor(number / 250) % 250}.${(number % 250) + 1}`;
    addresses.set(taskId, address);
    return address;
  };
  const start = (launch: ContainerLaunch, script: Script): RunningContainer => {
    const found = {
      state: 'running' as const,
      runtimeId: `scripted-${launch.id}`,
      address: addressOf(launch.taskId),
    };
    const container: Container = { launch, script, found, startedAt: clock.now(), timers: [] };
    containers.set(launch.id, container);
    started.push(launch.id);
    if (script.exitAfterMs !== undefined) {
      container.timers.push(clock.after(script.exitAfterMs, () => end(launch.id, scriptedExit(script))));
    }
    return found;
  };

  return {
    name: 'scripted',
    launches,
    started,
    running: () => [...containers].filter(([, { exit }]) => !exit).map(([id]) => id),
    kill: (id, exitCode = 137) => end(id, { state: 'exited', exitCode }),
    async launch(launch) {
      launches.push(launch);
      const script = scriptOf(launch);
      if (script.startDelayMs && !containers.has(launch.id)) await delay(clock, script.startDelayMs);
      const known = containers.get(launch.id);
      if (known && !known.exit) return known.found;
      if (script.startError !== undefined) throw new RuntimeError(script.startError);
      return start(launch, script);
    },
    async adopt(id) {
      const container = containers.get(id);
      return container?.exit ?? container?.found;
    },
    onExit: (listener) => {
      listeners.push(listener);
    },
    async signal(id, signal) {
      const container = containers.get(id);
      if (!container || container.exit) return;
      if (signal === 'SIGKILL') return end(id, { state: 'exited', exitCode: 137 });
      const stopMs = container.script.stopMs ?? 0;
      if (stopMs === 'never') return;
      container.timers.push(clock.after(stopMs, () => end(id, { state: 'exited', exitCode: 143 })));
    },
    async exec(id) {
      const container = containers.get(id);
      if (!container || container.exit) return 126;
      const age = clock.now() - container.startedAt;
      const { healthyAfterMs = 0, unhealthyAfterMs = Number.POSITIVE_INFINITY } = container.script;
      return age >= healthyAfterMs && age < unhealthyAfterMs ? 0 : 1;
    },
    async remove(id) {
      if (containers.get(id)?.exit) containers.delete(id);
    },
    async close() {
      for (const { timers } of containers.values()) for (const timer of timers) timer.cancel();
    },
  };
}

function scriptedExit({ exitCode = 0, exitReason }: Script): ExitedContainer {
  return { state: 'exited', exitCode, ...(exitReason === undefined ? {} : { reason: exitReason }) };
}

function delay(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(milliseconds, resolve);
  });
}
