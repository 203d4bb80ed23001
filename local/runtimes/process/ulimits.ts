import type { Ulimit } from '../runtime.ts';

/** The limits that a process may lower for itself, by their options of `ulimit`. */
const options: Readonly<Record<string, string>> = { nofile: 'n', cpu: 't' };

/**
 * `argv` under the limits that can be kept to without rights; the others are left out. A hard limit above this
 * machine's own is the machine's.
 */
export function limited(argv: readonly string[], ulimits: readonly Ulimit[] = []): string[] {
  const lines = ulimits.flatMap(({ name, soft, hard }) => {
    const option = options[name];
    if (option === undefined) return [];
    return [`ulimit -S${option} ${word(soft)} 2>/dev/null; ulimit -H${option} ${word(hard)} 2>/dev/null`];
  });
  return lines.length === 0
    ? [...argv]
    : ['/bin/sh', '-c', `${lines.join('; ')}; exec "$@"`, 'berth', ...argv];
}

const word = (limit: number) => (limit < 0 ? 'unlimited' : String(Math.trunc(limit)));
