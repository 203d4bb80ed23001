/** One benchmark: it sets its own stage, measures, and clears the stage. */
export interface Benchmark<Result extends object = Measured> {
  readonly name: string;
  readonly summary: string;
  /** What it measures, in the order of the table. */
  readonly figures: readonly Figure[];
  /** Answers a number for each figure, under its key, and what else belongs to it; `log` is for progress. */
  run(log: (line: string) => void, options?: BenchmarkOptions): Promise<Result>;
  /** What people are shown below the figures. */
  details?(result: Result): readonly Grid[];
}

/** What some benchmarks take besides. */
export interface BenchmarkOptions {
  /** A file to draw the curves into. */
  readonly chart?: string;
  /** A folder of measured traces. */
  readonly traces?: string;
}

/** A table: each row has as many cells as the head. */
export interface Grid {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Figure {
  /** `latency.falseAlarm` is within `latency`. */
  readonly key: string;
  readonly label: string;
  readonly unit?: string;
  /** What it must not exceed, or must reach. */
  readonly limit?: { readonly atMost: number } | { readonly atLeast: number };
  /** What it cannot be measured without; it is null where that is not there. */
  readonly needs?: string;
}

export type Measured = Readonly<Record<string, number>>;

/** A figure's value, null where what it needs is not there; throws when the benchmark did not measure it. */
export function figureIn(result: object, { key, needs }: Figure): number | null {
  const value = key.split('.').reduce<unknown>(within, result);
  if (value === null && needs !== undefined) return value;
  if (typeof value !== 'number' || Number.isNaN(value)) throw new Error(`${key} was not measured`);
  return value;
}

const within = (outer: unknown, name: string): unknown =>
  typeof outer === 'object' && outer !== null
    ? (outer as Readonly<Record<string, unknown>>)[name]
    : undefined;

export type Judgement = 'met' | 'missed' | 'no limit';

export function judge({ limit }: Figure, value: number): Judgement {
  if (!limit) return 'no limit';
  const met = 'atMost' in limit ? value <= limit.atMost : value >= limit.atLeast;
  return met ? 'met' : 'missed';
}
