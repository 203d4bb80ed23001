import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lineOverheadBytes } from './consumption.ts';

/** What a function's log tells of it. */
export interface LoggedFunction {
  readonly invocations: number;
  readonly billedMs: number;
  /** What it wrote itself, with what CloudWatch Logs adds to each line. */
  readonly logBytes: number;
}

/** The Lambda host's line at the end of an invocation. */
const report = /\tPLATFORM\tREPORT duration (\d+) ms, /;

/** Reads `<directory>/<name>.log` as the Lambda host writes it; a function that never ran has none. */
export async function readFunctionLog(directory: string, name: string): Promise<LoggedFunction> {
  const text = await readFile(join(directory, `${name}.log`), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    },
  );
  return logged(text);
}

export function logged(text: string): LoggedFunction {
  const lines = text.split('\n').filter((line) => line !== '');
  const reports = lines.flatMap((line) => report.exec(line)?.[1] ?? []);
  const own = lines.filter((line) => !line.includes('\tPLATFORM\t'));
  return {
    invocations: reports.length,
    billedMs: reports.reduce((sum, ms) => sum + Math.max(1, Number(ms)), 0),
    logBytes: own.reduce((sum, line) => sum + Buffer.byteLength(line) + lineOverheadBytes, 0),
  };
}

export const since = (before: LoggedFunction, after: LoggedFunction): LoggedFunction => ({
  invocations: after.invocations - before.invocations,
  billedMs: after.billedMs - before.billedMs,
  logBytes: after.logBytes - before.logBytes,
});
