import type Docker from 'dockerode';
import { MAX_LINE_BYTES } from '../../logs/lines.ts';
import type { LogWriter, WrittenLine } from '../../logs/sink.ts';

const HEADER_BYTES = 8;
const MAX_LINE_CHARACTERS = MAX_LINE_BYTES / 4;

/**
 * Keeps what a container prints from where its log was left, until it has ended or `closing` is aborted. The
 * engine stamps each line with a time to the nanosecond. It reads the two streams beside each other, so only the lines
 * of one stream come in the order of their times: the cursor is the last time of each.
 */
export async function keepOutput(
  container: Docker.Container,
  writer: LogWriter,
  closing: AbortSignal,
): Promise<void> {
  const kept = parseCursor(writer.cursor);
  const output = (await container.logs({
    follow: true,
    stdout: true,
    stderr: true,
    timestamps: true,
    ...(kept.size > 0 && { since: shortlyBefore(earliest(kept)) as unknown as number }),
  })) as NodeJS.ReadableStream & { destroy(): void };
  const stop = () => output.destroy();
  if (closing.aborted) stop();
  closing.addEventListener('abort', stop, { once: true });
  try {
    const lines = lineReader(kept);
    for await (const chunk of output) writer.append(lines(chunk as Buffer));
  } catch (error) {
    if (!closing.aborted) throw error;
  } finally {
    closing.removeEventListener('abort', stop);
  }
}

/** The time of the last line that is kept, by the number of its stream. */
type Kept = Map<number, string>;

/** `1 2026-01-02T03:04:05.000000006Z 2 2026-…` */
function parseCursor(cursor = ''): Kept {
  return new Map(
    [...cursor.matchAll(/(\d) (\S+)/g)].map(([, stream, stamp = '']) => [Number(stream), stamp]),
  );
}

const cursorOf = (kept: Kept) => [...kept].flat().join(' ');

const earliest = (kept: Kept) => [...kept.values()].toSorted()[0] ?? '';

/** Takes the engine's frames apart as they come and gives the lines that are whole and not kept yet. */
function lineReader(before: Kept): (chunk: Buffer) => WrittenLine[] {
  const kept = new Map(before);
  const unfinished = new Map<number, string>();
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const lines: WrittenLine[] = [];
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    for (;;) {
      const length = rest.length >= HEADER_BYTES ? rest.readUInt32BE(4) : Number.POSITIVE_INFINITY;
      if (rest.length < HEADER_BYTES + length) return lines;
      const [stream = 1] = rest;
      const [stamp, text] = stamped(rest.toString('utf8', HEADER_BYTES, HEADER_BYTES + length));
      rest = rest.subarray(HEADER_BYTES + length);
      if (stamp <= (before.get(stream) ?? '')) continue;
      // The engine cuts a long line into frames of which only the last has a line feed.
      const whole = (unfinished.get(stream) ?? '') + text;
      if (!text.endsWith('\n') && whole.length < MAX_LINE_CHARACTERS) unfinished.set(stream, whole);
      else {
        unfinished.delete(stream);
        kept.set(stream, stamp);
        const message = whole.replace(/\r?\n$/, '');
        if (message !== '') lines.push({ timestamp: Date.parse(stamp), message, cursor: cursorOf(kept) });
      }
    }
  };
}

/** `2026-01-02T03:04:05.000000006Z text` */
function stamped(frame: string): [stamp: string, text: string] {
  const space = frame.indexOf(' ');
  return [frame.slice(0, space), frame.slice(space + 1)];
}

/**
 * Seconds and nanoseconds as the engine takes them, a second earlier: a stream of which nothing is kept may have lines
 * from before the first that is.
 */
function shortlyBefore(stamp: string): string {
  return `${Math.floor(Date.parse(stamp) / 1000) - 1}.${/\.(\d{9})/.exec(stamp)?.[1] ?? '0'}`;
}
