import { createColors } from 'picocolors';
import { safeJson } from './render/safe.ts';

export type Paint = ReturnType<typeof createColors>;

/** Where a command's answer goes. With `--json` people's words go nowhere and documents to standard output. */
export interface Io {
  readonly json: boolean;
  /** Standard output is a terminal that lines can be redrawn on. */
  readonly live: boolean;
  readonly columns: number;
  readonly paint: Paint;
  /** Lines for people; silent with `--json`. */
  print(text: string): void;
  /** Lines about what goes wrong, on standard error; silent with `--json`. */
  complain(text: string): void;
  /** One JSON document, for `--json` only. */
  document(value: unknown): void;
  /** As it is, for redrawing; silent with `--json`. */
  raw(text: string): void;
}

export interface IoOptions {
  readonly json: boolean;
  readonly color: boolean;
}

/** Reads NO_COLOR and FORCE_COLOR; colours also need a terminal and no `--no-color`. */
export function terminalIo(options: IoOptions): Io {
  const { stdout, stderr, env } = process;
  // A reader that went away (`berth logs | head`) ends the command quietly.
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const terminal = stdout.isTTY === true;
  const coloured = options.color && !env.NO_COLOR && (terminal || Boolean(env.FORCE_COLOR));
  const write = (text: string) => {
    if (!options.json) stdout.write(text);
  };
  return {
    json: options.json,
    live: terminal && !options.json && env.TERM !== 'dumb',
    columns: stdout.columns ?? 100,
    paint: createColors(coloured),
    print: (text) => write(`${text}\n`),
    complain: (text) => {
      if (!options.json) stderr.write(`${text}\n`);
    },
    document: (value) => {
      if (options.json) stdout.write(`${safeJson(value)}\n`);
    },
    raw: write,
  };
}
