import type { Clock } from '../support/clock.ts';
import type { Journal, Table } from '../support/journal.ts';
import { emptied } from '../support/tables.ts';
import { Line, type Resolution } from './line.ts';
import { keyOfMetric, type MetricId, metricOfKey, type Unit } from './model.ts';
import { mergeSummaries, type Summary } from './summary.ts';

/** Beyond, the metric that has been silent for longest is forgotten. */
export const maxMetrics = 10_000;
/** Beyond, the longest line loses its older half. */
export const maxBuckets = 200_000;

export interface Sample {
  readonly metric: MetricId;
  readonly unit: Unit;
  readonly atMs: number;
  readonly resolution: Resolution;
  readonly summary: Summary;
}

export interface Point {
  readonly atMs: number;
  readonly unit: Unit;
  readonly summary: Summary;
}

export interface Window {
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  readonly periodMs: number;
}

interface Metric {
  readonly id: MetricId;
  /** When a value was last put. */
  lastPutMs: number;
  readonly lines: Map<Unit, Line>;
}

/**
 * Every metric's values in buckets of a minute, kept 15 days, and, where they were put at high resolution, of a
 * second, kept three hours. What callers put is in the journal; what Local AWS measures itself is in memory only.
 */
export class MetricStore {
  readonly #clock: Clock;
  readonly #rows: Table<Summary>;
  readonly #metrics = new Map<string, Metric>();
  #buckets = 0;

  constructor(journal: Journal, clock: Clock) {
    this.#clock = clock;
    this.#rows = journal.table('cloudwatch.values');
  }

  /** Takes up what the journal remembers. */
  load(): void {
    this.#metrics.clear();
    this.#buckets = 0;
    for (const [row, summary] of this.#rows.entries()) {
      const { key, unit, resolution, startMs } = parsedRow(row);
      this.#lineOf(this.#metricOf(key), unit).set(resolution, startMs, summary);
      this.#buckets += 1;
    }
  }

  /** Adds values; `kept` ones outlive Local AWS. */
  put({ metric, unit, atMs, resolution, summary }: Sample, kept: boolean): void {
    const key = keyOfMetric(metric);
    const found = this.#metricOf(key);
    found.lastPutMs = this.#clock.now();
    const line = this.#lineOf(found, unit);
    for (const one of resolution === 1 ? ([1, 60] as const) : ([60] as const)) {
      const startMs = atMs - (atMs % (one * 1000));
      const before = line.get(one, startMs);
      const now = before ? mergeSummaries(before, summary) : summary;
      if (!before) this.#buckets += 1;
      line.set(one, startMs, now);
      if (kept) this.#rows.put(rowOf(key, unit, one, startMs), now);
    }
    this.#forget(key, unit, line.expire(this.#clock.now()));
    this.#keepBounds();
  }

  /** What was put in each period of the window, oldest first; periods begin at `fromMs`. Empty ones are left out. */
  read(metric: MetricId, unit: Unit | undefined, { fromMs, toMs, periodMs }: Window): Point[] {
    const lines = this.#metrics.get(keyOfMetric(metric))?.lines ?? [];
    const points: Point[] = [];
    for (const [of, line] of lines) {
      if (unit !== undefined && unit !== of) continue;
      const periods = new Map<number, Summary>();
      for (const [startMs, summary] of line.between(periodMs % 60_000 === 0 ? 60 : 1, fromMs, toMs)) {
        const atMs = fromMs + Math.floor((startMs - fromMs) / periodMs) * periodMs;
        const before = periods.get(atMs);
        periods.set(atMs, before ? mergeSummaries(before, summary) : summary);
      }
      for (const [atMs, summary] of periods) points.push({ atMs, unit: of, summary });
    }
    return points.sort((a, b) => a.atMs - b.atMs);
  }

  metrics(): readonly { readonly id: MetricId; readonly lastPutMs: number }[] {
    return [...this.#metrics.values()];
  }

  reset(): void {
    emptied([this.#rows]);
    this.#metrics.clear();
    this.#buckets = 0;
  }

  #metricOf(key: string): Metric {
    const known = this.#metrics.get(key);
    if (known) return known;
    const metric: Metric = { id: metricOfKey(key), lastPutMs: this.#clock.now(), lines: new Map() };
    this.#metrics.set(key, metric);
    return metric;
  }

  #lineOf(metric: Metric, unit: Unit): Line {
    const known = metric.lines.get(unit);
    if (known) return known;
    const line = new Line();
    metric.lines.set(unit, line);
    return line;
  }

  #forget(key: string, unit: Unit, gone: readonly (readonly [Resolution, number])[]): void {
    this.#buckets -= gone.length;
    for (const [resolution, startMs] of gone) this.#rows.delete(rowOf(key, unit, resolution, startMs));
  }

  #keepBounds(): void {
    if (this.#metrics.size > maxMetrics) {
      const [key, metric] = [...this.#metrics].reduce((one, other) =>
        other[1].lastPutMs < one[1].lastPutMs ? other : one,
      );
      for (const [unit, line] of metric.lines) this.#forget(key, unit, line.drop(1));
      this.#metrics.delete(key);
    }
    if (this.#buckets > maxBuckets) {
      const lines = [...this.#metrics].flatMap(([key, { lines }]) =>
        [...lines].map(([unit, line]) => ({ key, unit, line })),
      );
      const { key, unit, line } = lines.reduce((one, other) =>
        other.line.size > one.line.size ? other : one,
      );
      this.#forget(key, unit, line.drop(0.5));
    }
  }
}

const rowOf = (key: string, unit: Unit, resolution: Resolution, startMs: number) =>
  `${resolution} ${startMs} ${unit} ${key}`;

function parsedRow(row: string) {
  const [, resolution, startMs, unit, key] = /^(1|60) (\d+) (\S+) (.*)$/s.exec(row)!;
  return {
    key: key!,
    unit: unit as Unit,
    resolution: Number(resolution) as Resolution,
    startMs: Number(startMs),
  };
}
