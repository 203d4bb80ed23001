import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** A stream keeps its last eight of these; older events are dropped and the stream then says so itself. */
const SEGMENT_BYTES = 1024 * 1024;
const MAX_SEGMENTS = 8;

export interface LogEvent {
  /** Unique and, compared as text, in the order of timestamps. */
  readonly eventId: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
}

export interface NewEvent {
  readonly timestamp: number;
  readonly message: string;
  /** Where in its source the event ends, so that a restart goes on behind it. */
  readonly cursor?: string;
}

/** One event in a segment: sequence, timestamp, ingestion time, message, source and cursor. */
interface Stored {
  readonly n: number;
  readonly t: number;
  readonly i: number;
  readonly m: string;
  readonly s?: string;
  readonly c?: string;
}

interface Segment {
  readonly number: number;
  bytes: number;
  firstTimestamp: number;
  lastTimestamp: number;
}

/**
 * One log stream on disk. An event and the cursor of its source are one line of one write, so that a kill
 * leaves both or neither and no line is lost or doubled.
 */
export class LogStream {
  readonly name: string;
  readonly createdAt: number;
  readonly #directory: string;
  readonly #streamNumber: string;
  #loaded: Loaded | undefined;

  constructor(directory: string, name: string, createdAt: number) {
    this.#directory = directory;
    this.name = name;
    this.createdAt = createdAt;
    this.#streamNumber = String(createHash('sha256').update(name).digest().readUInt32BE()).padStart(10, '0');
  }

  static create(directory: string, name: string, createdAt: number): LogStream {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'stream.json'), JSON.stringify({ name, createdAt }));
    return new LogStream(directory, name, createdAt);
  }

  /** Times of the first and the last event, epoch milliseconds; undefined while there is none. */
  get times(): { first: number; last: number; lastIngestion: number } | undefined {
    const { segments, lastIngestion } = this.#load();
    if (segments.length === 0) return undefined;
    return {
      first: Math.min(...segments.map((segment) => segment.firstTimestamp)),
      last: Math.max(...segments.map((segment) => segment.lastTimestamp)),
      lastIngestion,
    };
  }

  get bytes(): number {
    return this.#load().segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  append(events: readonly NewEvent[], ingestionTime: number, source?: string): void {
    const loaded = this.#load();
    for (let at = 0; at < events.length; ) {
      const segment = this.#segmentToFill(loaded);
      let lines = '';
      for (; at < events.length && segment.bytes + lines.length < SEGMENT_BYTES; at++) {
        const { timestamp, message, cursor } = events[at]!;
        const stored: Stored = { n: loaded.nextSequence++, t: timestamp, i: ingestionTime, m: message };
        lines += `${JSON.stringify({ ...stored, ...(source && { s: source, c: cursor }) })}\n`;
        segment.firstTimestamp = Math.min(segment.firstTimestamp, timestamp);
        segment.lastTimestamp = Math.max(segment.lastTimestamp, timestamp);
      }
      appendFileSync(this.#file(segment.number), lines);
      segment.bytes += Buffer.byteLength(lines);
    }
    loaded.lastIngestion = Math.max(loaded.lastIngestion, ingestionTime);
  }

  /** The events from `first` to `last` (epoch milliseconds, both included) in the order of their ids. */
  read(first: number, last: number): LogEvent[] {
    const { segments } = this.#load();
    const events: LogEvent[] = [];
    for (const [index, segment] of segments.entries()) {
      if (segment.lastTimestamp < first || segment.firstTimestamp > last) continue;
      const stored = readSegment(this.#file(segment.number));
      if (index === 0 && stored[0]) stored.unshift(...droppedBefore(stored[0]));
      for (const event of stored) if (event.t >= first && event.t <= last) events.push(this.#event(event));
    }
    return events.sort((a, b) => (a.eventId < b.eventId ? -1 : 1));
  }

  /** The cursor of the last event that came from `source`. */
  cursorOf(source: string): string | undefined {
    for (const segment of this.#load().segments.toReversed()) {
      const found = readSegment(this.#file(segment.number)).findLast((event) => event.s === source);
      if (found) return found.c;
    }
    return undefined;
  }

  #event({ n, t, i, m }: Stored): LogEvent {
    const eventId = `${String(t).padStart(14, '0')}${this.#streamNumber}${String(n).padStart(12, '0')}`;
    return { eventId, timestamp: t, ingestionTime: i, message: m };
  }

  #segmentToFill(loaded: Loaded): Segment {
    const { segments } = loaded;
    const current = segments.at(-1);
    if (current && current.bytes < SEGMENT_BYTES) return current;
    const next = emptySegment((current?.number ?? 0) + 1);
    segments.push(next);
    while (segments.length > MAX_SEGMENTS) rmSync(this.#file(segments.shift()!.number), { force: true });
    return next;
  }

  #file(number: number): string {
    return join(this.#directory, `${String(number).padStart(8, '0')}.jsonl`);
  }

  #load(): Loaded {
    this.#loaded ??= this.#readSegments();
    return this.#loaded;
  }

  #readSegments(): Loaded {
    const loaded: Loaded = { segments: [], nextSequence: 0, lastIngestion: 0 };
    const names = readdirSync(this.#directory).filter((name) => name.endsWith('.jsonl'));
    for (const name of names.sort()) {
      const segment = emptySegment(Number.parseInt(name, 10));
      const file = this.#file(segment.number);
      segment.bytes = dropTornLine(file);
      for (const { n, t, i } of readSegment(file)) {
        segment.firstTimestamp = Math.min(segment.firstTimestamp, t);
        segment.lastTimestamp = Math.max(segment.lastTimestamp, t);
        loaded.nextSequence = n + 1;
        loaded.lastIngestion = Math.max(loaded.lastIngestion, i);
      }
      if (segment.bytes > 0) loaded.segments.push(segment);
    }
    return loaded;
  }
}

interface Loaded {
  readonly segments: Segment[];
  nextSequence: number;
  lastIngestion: number;
}

function emptySegment(number: number): Segment {
  return {
    number,
    bytes: 0,
    firstTimestamp: Number.POSITIVE_INFINITY,
    lastTimestamp: Number.NEGATIVE_INFINITY,
  };
}

function readSegment(file: string): Stored[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Stored);
}

/** A line that a kill cut in two was never told to anyone; answers with the bytes that remain. */
function dropTornLine(file: string): number {
  const bytes = readFileSync(file);
  const whole = bytes.lastIndexOf(0x0a) + 1;
  if (whole < bytes.length) truncateSync(file, whole);
  return whole;
}

/** Sequences begin at 0, so the first one that is left tells how many are gone. */
function droppedBefore(first: Stored): Stored[] {
  if (first.n === 0) return [];
  const keptMiB = (SEGMENT_BYTES * MAX_SEGMENTS) / 1024 / 1024;
  const m = `(${first.n} older lines were dropped: Local AWS keeps the last ${keptMiB} MiB of a log stream)`;
  return [{ n: first.n - 1, t: first.t, i: first.i, m }];
}
