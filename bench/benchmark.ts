/** One benchmark: it sets its own stage, measures, and clears the stage. */
export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  /** What it measures, in the order of the table. */
  readonly figures: readonly Figure[];
  /** Answers a value for each figure, under its key; `log` is for progress. */
  run(log: (line: string) => void): Promise<Measured>;
}

export interface Figure {
  readonly key: string;
  readonly label: string;
  readonly unit?: string;
  /** What it must not exceed, or must reach. */
  readonly limit?: { readonly atMost: number } | { readonly atLeast: number };
}

export type Measured = Readonly<Record<string, number>>;

export type Judgement = 'met' | 'missed' | 'no limit';

export function judge({ limit }: Figure, value: number): Judgement {
  if (!limit) return 'no limit';
  const met = 'atMost' in limit ? value <= limit.atMost : value >= limit.atLeast;
  return met ? 'met' : 'missed';
}
