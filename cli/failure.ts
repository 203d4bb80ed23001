import type { Exit } from './exit.ts';

/** One thing wrong, at a place: a path into the input and, where there is a file, its line. */
export interface Fault {
  readonly path: string;
  readonly detail: string;
  readonly line?: number;
  readonly column?: number;
}

/** An end that a person is told of: `message` says what happened, `advice` what to do. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exit: Exit;
  readonly advice: string | undefined;
  readonly faults: readonly Fault[];

  constructor(exit: Exit, message: string, more: { advice?: string; faults?: readonly Fault[] } = {}) {
    super(message);
    this.exit = exit;
    this.advice = more.advice;
    this.faults = more.faults ?? [];
  }
}
