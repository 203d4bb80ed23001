import type { Summary, ValueCount } from './summary.ts';

/** Gives the statistic of a period; undefined where the values are not known well enough. */
export type Statistic = (summary: Summary) => number | undefined;

const simple: Readonly<Record<string, Statistic>> = {
  SampleCount: ({ count }) => count,
  Sum: ({ sum }) => sum,
  Average: ({ sum, count }) => (count === 0 ? undefined : sum / count),
  Minimum: ({ minimum }) => minimum,
  Maximum: ({ maximum }) => maximum,
  IQM: (summary) => trimmed('TM', summary, percent(25), percent(75)),
};

const shorthand = /^(p|tm|wm|tc|ts)(\d{1,3}(?:\.\d{1,10})?)$/;
const ranged = /^(TM|WM|TC|TS|PR)\((-?\d+(?:\.\d+)?%?)?:(-?\d+(?:\.\d+)?%?)?\)$/;

/**
 * The statistic of that name: `Average`, `p99.9`, `tm90`, `TM(10%:90%)`, `PR(100:200)`, …; undefined when AWS has
 * no such.
 */
export function statisticNamed(name: string): Statistic | undefined {
  if (Object.hasOwn(simple, name)) return simple[name];
  const [, kind, text] = shorthand.exec(name) ?? [];
  if (kind !== undefined) {
    const number = Number(text);
    if (number > 100) return undefined;
    if (kind === 'p') return (summary) => percentile(summary, number / 100);
    return (summary) => trimmed(kind.toUpperCase() as Trimmed, summary, undefined, percent(number));
  }
  const [, range, from, to] = ranged.exec(name) ?? [];
  if (range === undefined || (from === undefined && to === undefined)) return undefined;
  const [low, high] = [boundOf(from), boundOf(to)];
  if (!isSound(low) || !isSound(high)) return undefined;
  if (range === 'PR') {
    if (low?.is === 'percent' || high?.is === 'percent') return undefined;
    return (summary) => rank(summary, low?.value, high?.value);
  }
  return (summary) => trimmed(range as Trimmed, summary, low, high);
}

type Trimmed = 'TM' | 'WM' | 'TC' | 'TS';
interface Bound {
  readonly is: 'percent' | 'value';
  readonly value: number;
}

const percent = (value: number): Bound => ({ is: 'percent', value });

function boundOf(text: string | undefined): Bound | undefined {
  if (text === undefined) return undefined;
  return { is: text.endsWith('%') ? 'percent' : 'value', value: Number.parseFloat(text) };
}

const isSound = (bound: Bound | undefined) =>
  bound?.is !== 'percent' || (bound.value >= 0 && bound.value <= 100);

/** A set whose minimum is its maximum is known although only its summary was sent. */
function valuesOf({ values, minimum, maximum, count }: Summary): readonly ValueCount[] | undefined {
  return values ?? (minimum === maximum ? [[minimum, count]] : undefined);
}

/** The smallest value that a share `fraction` of all does not exceed; not for metrics with negative values. */
function percentile(summary: Summary, fraction: number): number | undefined {
  const values = valuesOf(summary);
  if (!values || summary.minimum < 0) return undefined;
  let seen = 0;
  for (const [value, count] of values) {
    seen += count;
    if (seen >= fraction * summary.count) return value;
  }
  return summary.maximum;
}

/** Mean, winsorised mean, count or sum of what lies between the bounds. */
function trimmed(kind: Trimmed, summary: Summary, low?: Bound, high?: Bound): number | undefined {
  const values = valuesOf(summary);
  if (!values) return undefined;
  const kept = between(values, summary.count, low, high);
  const count = kept.reduce((sum, [, one]) => sum + one, 0);
  const sum = kept.reduce((total, [value, one]) => total + value * one, 0);
  if (kind === 'TC') return count;
  if (kind === 'TS') return sum;
  if (count === 0) return undefined;
  if (kind === 'TM') return sum / count;
  const below = belowOf(values, summary.count, low);
  const above = summary.count - count - below;
  return (sum + below * kept[0]![0] + above * kept.at(-1)![0]) / summary.count;
}

function between(values: readonly ValueCount[], total: number, low?: Bound, high?: Bound): ValueCount[] {
  const from = low?.is === 'percent' ? (low.value / 100) * total : 0;
  const to = high?.is === 'percent' ? (high.value / 100) * total : total;
  const kept: ValueCount[] = [];
  let seen = 0;
  for (const [value, count] of values) {
    const overlap = Math.min(seen + count, to) - Math.max(seen, from);
    seen += count;
    if (low?.is === 'value' && value <= low.value) continue;
    if (high?.is === 'value' && value > high.value) continue;
    if (overlap > 0) kept.push([value, overlap]);
  }
  return kept;
}

function belowOf(values: readonly ValueCount[], total: number, low?: Bound): number {
  if (!low) return 0;
  if (low.is === 'percent') return (low.value / 100) * total;
  return values.filter(([value]) => value <= low.value).reduce((sum, [, count]) => sum + count, 0);
}

/** The percentage of values that are above `low` and not above `high`. */
function rank(summary: Summary, low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY) {
  const values = valuesOf(summary);
  if (!values || summary.count === 0) return undefined;
  const inside = values.filter(([value]) => value > low && value <= high);
  return (100 * inside.reduce((sum, [, count]) => sum + count, 0)) / summary.count;
}
