import type { ExitedContainer, Runtime } from './runtimes/runtime.ts';

/** A runtime that is still being chosen: Local AWS answers before it is there, containers wait for it. */
export interface LateRuntime extends Runtime {
  /** Chooses now, if that has not begun; rejects when what is asked for cannot be had. */
  load(): Promise<Runtime>;
}

/** Stands in for what `choose` resolves with; it is called at the first need. */
export function lateRuntime(choose: () => Promise<Runtime>): LateRuntime {
  const listeners: ((id: string, exit: ExitedContainer) => void)[] = [];
  let loading: Promise<Runtime> | undefined;
  let loaded: Runtime | undefined;
  const load = () => {
    loading ??= choose().then((runtime) => {
      loaded = runtime;
      for (const listener of listeners) runtime.onExit(listener);
      return runtime;
    });
    return loading;
  };
  return {
    load,
    get name() {
      return loaded?.name ?? 'process';
    },
    onExit(listener) {
      if (loaded) loaded.onExit(listener);
      else listeners.push(listener);
    },
    launch: async (container) => (await load()).launch(container),
    adopt: async (id) => (await load()).adopt(id),
    signal: async (id, signal) => (await load()).signal(id, signal),
    exec: async (id, argv, timeoutMs) => (await load()).exec(id, argv, timeoutMs),
    // Nobody is measured before there is a runtime: to measure is no need that one is chosen for.
    stats: async (ids) => loaded?.stats(ids) ?? new Map(),
    attach: async (id, command, size) => (await load()).attach(id, command, size),
    hostAddress: async () => (await load()).hostAddress(),
    remove: async (id) => (await load()).remove(id),
    close: async () => (await loading)?.close(),
  };
}
