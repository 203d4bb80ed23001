import type Docker from 'dockerode';
import { MAX_LINE_BYTES } from '../../logs/lines.ts';
import type { LogWriter, WrittenLine } from '../../logs/sink.ts';

const HEADER_BYTES = 8;
const MAX_LINE_CHARACTERS = MAX_LINE_BYTES / 4;

/**
 * Keeps what a container prints from where its log was left, until it has ended or `closing` is aborted. The
 * engine stamps each line with a time to the nanosecond; that is the cursor.
 */
export async function keepOutput(
  container: Docker.Container,
  writer: LogWriter,
  closing: AbortSignal,
): Promise<void> {
  const output = (await container.logs({
    follow: true,
    stdout: true,
    stderr: true,
    timestamps: true,
    ...(writer.cursor !== undefined && { since: unixTime(writer.cursor) as unknown as number }),
  })) as NodeJS.ReadableStream & { destroy(): void };
  const stop = () => output.destroy();
  if (closing.aborted) stop();
  closing.addEventListener('abort', stop, { once: true });
  try {
    const lines = lineReader(writer.cursor ?? '');
    for await (const chunk of output) writer.append(lines(chunk as Buffer));
  } catch (error) {
    if (!closing.aborted) throw error;
  } finally {
    closing.removeEventListener('abort', stop);
  }
}

/** Takes the engine's frames apart as they come and gives the lines that are whole. */
function lineReader(after: string): (chunk: Buffer) => WrittenLine[] {
  const unfinished = new Map<number, string>();
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const lines: WrittenLine[] = [];
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    for (;;) {
      const length = rest.length >= HEADER_BYTES ? rest.readUInt32BE(4) : Number.POSITIVE_INFINITY;
      if (rest.length < HEADER_BYTES + length) return lines;
      const [stream = 1] = rest;
      const [cursor, text] = stamped(rest.toString('utf8', HEADER_BYTES, HEADER_BYTES + length));
      rest = rest.subarray(HEADER_BYTES + length);
      if (cursor <= after) continue;
      // The engine cuts a long line into frames of which only the last has a line feed.
      const whole = (unfinished.get(stream) ?? '') + text;
      if (!text.endsWith('\n') && whole.length < MAX_LINE_CHARACTERS) unfinished.set(stream, whole);
      else {
        unfinished.delete(stream);
        const message = whole.replace(/\r?\n$/, '');
        if (message !== '') lines.push({ timestamp: Date.parse(cursor), message, cursor });
      }
    }
  };
}

/** `2026-01-02T03:04:05.000000006Z text` */
function stamped(frame: string): [stamp: string, text: string] {
  const space = frame.indexOf(' ');
  return [frame.slice(0, space), frame.slice(space + 1)];
}

/** Seconds and nanoseconds as the engine takes them. */
function unixTime(stamp: string): string {
  return `${Math.floor(Date.parse(stamp) / 1000)}.${/\.(\d{9})/.exec(stamp)?.[1] ?? '0'}`;
}
