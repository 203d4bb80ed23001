import { createHash } from 'node:crypto';

/** I28: the same seed gives the same run, byte for byte, whoever runs it and whatever was run before it. */
export const determinism = 'I28 a seed decides its run altogether';

/** What stands for a run where two are compared. */
export const digestOf = (trace: readonly string[]): string =>
  createHash('sha256').update(trace.join('\n')).digest('hex');
