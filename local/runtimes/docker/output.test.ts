import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { expect, test } from 'vitest';
import type { LogWriter } from '../../logs/sink.ts';
import { keepOutput } from './output.ts';

type Stream = 1 | 2;
type Line = readonly [stream: Stream, nanoseconds: number, text: string];

/** As the engine sends it: eight bytes with the stream and the length, then the time and what was printed. */
function frame([stream, nanoseconds, text]: Line): Buffer {
  const body = Buffer.from(`2026-01-02T03:04:05.${String(nanoseconds).padStart(9, '0')}Z ${text}\n`);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

const containerOf = (lines: readonly Line[]) =>
  ({ logs: async () => Readable.from(lines.map(frame)) }) as unknown as Docker.Container;

async function keptOf(lines: readonly Line[], cursor?: string) {
  const kept: string[] = [];
  let last = cursor;
  const writer: LogWriter = {
    cursor,
    append(more) {
      kept.push(...more.map(({ message }) => message));
      last = more.at(-1)?.cursor ?? last;
    },
  };
  await keepOutput(containerOf(lines), writer, new AbortController().signal);
  return { kept, cursor: last };
}

test('goes on behind what is kept, though the engine reads two streams out of their order', async () => {
  const printed: Line[] = [
    [2, 7, 'err'],
    [1, 5, 'out'],
  ];
  const { kept, cursor } = await keptOf(printed);
  expect(kept).toEqual(['err', 'out']);
  const later: Line[] = [
    [1, 6, 'more out'],
    [2, 8, 'more err'],
  ];
  expect((await keptOf([...printed, ...later], cursor)).kept).toEqual(['more out', 'more err']);
});

test('misses no line of a stream of which none is kept', async () => {
  const { cursor } = await keptOf([[2, 7, 'err']]);
  const all: Line[] = [
    [2, 7, 'err'],
    [1, 5, 'out'],
  ];
  expect((await keptOf(all, cursor)).kept).toEqual(['out']);
});
