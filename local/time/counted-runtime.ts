import type { Runtime } from '../runtimes/runtime.ts';
import type { Work } from './work.ts';

/** How long time stands still for a container that was told to end, in real milliseconds. */
const stopPatienceMs = 1000;
/** An image may have to be pulled. */
const launchPatienceMs = 120_000;

/**
 * A runtime of real containers under a virtual clock: time stands while one starts, is looked at or ends.
 * Whoever ignores SIGTERM is waited for a moment only; then its time to stop passes on the virtual clock.
 */
export function countedRuntime(runtime: Runtime, work: Work): Runtime {
  const ending = new Map<string, () => void>();
  const ended = (id: string) => {
    ending.get(id)?.();
    ending.delete(id);
  };
  runtime.onExit(ended);
  return {
    name: runtime.name,
    onExit: (listener) => runtime.onExit(listener),
    launch: (container) => work.during(runtime.launch(container), launchPatienceMs),
    adopt: (id) => work.during(runtime.adopt(id)),
    exec: (id, argv, timeoutMs) => work.during(runtime.exec(id, argv, timeoutMs)),
    stats: (ids) => work.during(runtime.stats(ids)),
    remove(id) {
      // One that nobody knows, or that ended unseen, is told of no more.
      ended(id);
      return work.during(runtime.remove(id));
    },
    attach: (id, command, size) => runtime.attach(id, command, size),
    hostAddress: () => runtime.hostAddress(),
    close: () => runtime.close(),
    async signal(id, signal) {
      ended(id);
      ending.set(id, work.begin(stopPatienceMs));
      await work.during(runtime.signal(id, signal));
    },
  };
}
