/** Values of one metric, folded: exact while they are few, otherwise within a few per cent. Never changed. */
export interface Summary {
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Values in ascending order, each with how often it occurred; undefined where only their summary was sent. */
  readonly values?: readonly ValueCount[];
}

export type ValueCount = readonly [value: number, count: number];

/** How many values are kept as they are; beyond, those that are near each other become one. */
const exactValues = 200;
const growths = [1.01, 1.05, 1.2];

export function summaryOf(values: readonly ValueCount[]): Summary {
  const sorted = values.toSorted(([a], [b]) => a - b);
  return {
    count: sorted.reduce((sum, [, count]) => sum + count, 0),
    sum: sorted.reduce((sum, [value, count]) => sum + value * count, 0),
    minimum: sorted[0]![0],
    maximum: sorted.at(-1)![0],
    values: bounded(joined(sorted)),
  };
}

/** Both together; what is not known of the values of one is not known of both. */
export function mergeSummaries(one: Summary, other: Summary): Summary {
  const merged = {
    count: one.count + other.count,
    sum: one.sum + other.sum,
    minimum: Math.min(one.minimum, other.minimum),
    maximum: Math.max(one.maximum, other.maximum),
  };
  if (!one.values || !other.values) return merged;
  return { ...merged, values: bounded(joined([...one.values, ...other.values].sort(([a], [b]) => a - b))) };
}

/** Equal neighbours become one. */
function joined(sorted: readonly ValueCount[]): ValueCount[] {
  const result: ValueCount[] = [];
  for (const [value, count] of sorted) {
    const last = result.at(-1);
    if (last?.[0] === value) result[result.length - 1] = [value, last[1] + count];
    else result.push([value, count]);
  }
  return result;
}

function bounded(values: readonly ValueCount[]): readonly ValueCount[] {
  let result = values;
  for (const growth of growths) {
    if (result.length <= exactValues) return result;
    result = joined(values.map(([value, count]) => [rounded(value, growth), count]));
  }
  return result;
}

/** The nearest power of `growth`. */
function rounded(value: number, growth: number): number {
  if (value === 0) return 0;
  const power = Math.round(Math.log(Math.abs(value)) / Math.log(growth));
  return Math.sign(value) * growth ** power;
}
