import { fileURLToPath } from 'node:url';
import { type Child, openChild } from '../child.ts';
import { functionEnvironment } from './environment.ts';

export interface SeriesOrder {
  /** The payloads of the invocations, JSON, as Lambda's runtime gets them. */
  readonly payloads: readonly string[];
}

/** One invocation after the other, in one warm process. */
export interface Series {
  /** Of the whole process: user and system, all of its threads. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** Of each invocation. */
  readonly durationsMs: readonly number[];
}

/** A function's bundle in a process of its own. */
export interface RunningFunction {
  /** Throws when an invocation fails, or gives back a message. */
  run(payloads: readonly string[]): Promise<Series>;
  close(): void;
}

const program = fileURLToPath(new URL('./function-process.ts', import.meta.url));

/** Runs the function `name`; all AWS clients in it are pointed to `endpoint`. */
export function openFunction(name: string, bundle: string, endpoint: string): RunningFunction {
  const child: Child<SeriesOrder, Series> = openChild(program, {
    args: [bundle],
    env: functionEnvironment(name, endpoint),
  });
  return { run: (payloads) => child.ask({ payloads }), close: child.close };
}
