import type { Log } from '../../core/kernel/ports.ts';

type Fields = Readonly<Record<string, unknown>> | undefined;

const line = (level: string, message: string, fields: Fields) =>
  JSON.stringify({ level, message, ...fields });

/** One JSON line each, as CloudWatch Logs takes them in. */
export const consoleLog: Log = {
  info: (message, fields) => console.info(line('info', message, fields)),
  warn: (message, fields) => console.warn(line('warn', message, fields)),
  error: (message, fields) => console.error(line('error', message, fields)),
};
