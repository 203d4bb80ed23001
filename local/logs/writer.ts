import { MAX_LINE_BYTES } from './lines.ts';
import type { LogTarget, LogWriter } from './sink.ts';
import type { LogStore } from './store.ts';

/** Writes a container's lines into their stream, which is there from now on. */
export function createWriter(store: LogStore, { group, stream, source }: LogTarget): LogWriter {
  const opened = store.openStream(group, stream);
  let cursor = opened.cursorOf(source);
  let latest = opened.times?.last ?? 0;
  return {
    get cursor() {
      return cursor;
    },
    append(lines) {
      if (lines.length === 0) return;
      const events = lines.map((line) => {
        // A container's lines stay in their order whatever the file system's clock says.
        latest = Math.max(latest, line.timestamp);
        return { ...line, message: bounded(line.message), timestamp: latest };
      });
      store.append(group, stream, events, source);
      cursor = events.at(-1)!.cursor;
    },
  };
}

function bounded(message: string): string {
  if (message.length * 3 <= MAX_LINE_BYTES) return message;
  const bytes = Buffer.from(message);
  return bytes.length <= MAX_LINE_BYTES ? message : bytes.toString('utf8', 0, MAX_LINE_BYTES);
}
