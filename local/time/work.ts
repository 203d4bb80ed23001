import { settleMicrotasks } from '../support/clock.ts';

/**
 * What is going on in real time while the virtual clock stands: functions that run, containers that start or
 * stop, health checks on their way. Time moves on only when none of it is left, or has taken too long.
 */
export interface Work {
  /** Something begins; what it returns says that it is over. It is waited for up to `patienceMs` of real time. */
  begin(patienceMs?: number): () => void;
  /** The promise is waited for. */
  during<T>(promise: Promise<T>, patienceMs?: number): Promise<T>;
  /** Whether nothing is worth waiting for. */
  isIdle(): boolean;
  /** Resolves when nothing is left that is worth waiting for. */
  settled(): Promise<void>;
}

export interface WorkOptions {
  /** Real milliseconds, from any beginning. */
  now?(): number;
  /** Ids of what goes on besides and tells nobody of its beginning; each is waited for up to `patienceMs`. */
  others?(): Iterable<string>;
  readonly patienceMs?: number;
}

const defaultPatienceMs = 10_000;
const lookEveryMs = 1;

export function createWork(options: WorkOptions = {}): Work {
  const { now = () => performance.now(), others = () => [], patienceMs: usual = defaultPatienceMs } = options;
  /** When each is given up, in real milliseconds. */
  const begun = new Map<symbol, number>();
  let seen = new Map<string, number>();

  const begin = (patienceMs = usual) => {
    const id = Symbol('work');
    begun.set(id, now() + patienceMs);
    return () => void begun.delete(id);
  };
  const isIdle = () => {
    const at = now();
    // One that is given up is forgotten: nobody may ever say that it is over.
    for (const [id, giveUpAt] of begun) if (giveUpAt <= at) begun.delete(id);
    seen = new Map([...others()].map((id) => [id, seen.get(id) ?? at + usual]));
    return begun.size === 0 && [...seen.values()].every((giveUpAt) => giveUpAt <= at);
  };
  return {
    begin,
    async during(promise, patienceMs) {
      const end = begin(patienceMs);
      try {
        return await promise;
      } finally {
        end();
      }
    },
    isIdle,
    async settled() {
      await settleMicrotasks();
      while (!isIdle()) {
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
        await settleMicrotasks();
      }
    },
  };
}
