import type { Need } from './calls/call.ts';

/** What a function was refused, and how often. */
export interface Refusal {
  readonly action: string;
  readonly resource: string;
  readonly message: string;
  readonly times: number;
}

export interface Refusals {
  note(functionName: string, need: Need, message: string): void;
  of(functionName: string): readonly Refusal[];
  clear(): void;
}

/** Whoever asks for ever new things must not fill the memory. */
const mostKept = 1000;

export function createRefusals(): Refusals {
  const byFunction = new Map<string, Map<string, Refusal>>();
  return {
    note(functionName, { action, resource }, message) {
      const known = byFunction.get(functionName) ?? new Map<string, Refusal>();
      byFunction.set(functionName, known);
      const before = known.get(message);
      if (!before && known.size >= mostKept) return;
      known.set(message, { action, resource, message, times: (before?.times ?? 0) + 1 });
    },
    of: (functionName) => [...(byFunction.get(functionName)?.values() ?? [])],
    clear: () => byFunction.clear(),
  };
}
