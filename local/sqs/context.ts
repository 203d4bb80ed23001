import type { Queues } from './queues.ts';

/** What an action needs besides its input. */
export interface SqsContext {
  readonly queues: Queues;
  readonly accessKeyId: string | undefined;
  urlOf(name: string): string;
}

export type Action = (input: Record<string, unknown>, context: SqsContext) => unknown;
