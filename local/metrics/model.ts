import { compareText } from '../support/values.ts';

/** What names a metric: metrics of the same name with other dimensions are other metrics. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  /** In the order of their names. */
  readonly dimensions: readonly Dimension[];
}

export interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

export const units = [
  'Seconds',
  'Microseconds',
  'Milliseconds',
  'Bytes',
  'Kilobytes',
  'Megabytes',
  'Gigabytes',
  'Terabytes',
  'Bits',
  'Kilobits',
  'Megabits',
  'Gigabits',
  'Terabits',
  'Percent',
  'Count',
  'Bytes/Second',
  'Kilobytes/Second',
  'Megabytes/Second',
  'Gigabytes/Second',
  'Terabytes/Second',
  'Bits/Second',
  'Kilobits/Second',
  'Megabits/Second',
  'Gigabits/Second',
  'Terabits/Second',
  'Count/Second',
  'None',
] as const;

export type Unit = (typeof units)[number];

export function metricId(
  namespace: string,
  name: string,
  dimensions: readonly Dimension[] | Readonly<Record<string, string>> = [],
): MetricId {
  const list = Array.isArray(dimensions)
    ? (dimensions as readonly Dimension[])
    : Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value: String(Value) }));
  return { namespace, name, dimensions: list.toSorted((a, b) => compareText(a.Name, b.Name)) };
}

/** The same for the same metric. */
export function keyOfMetric({ namespace, name, dimensions }: MetricId): string {
  return JSON.stringify([namespace, name, ...dimensions.flatMap(({ Name, Value }) => [Name, Value])]);
}

export function metricOfKey(key: string): MetricId {
  const [namespace, name, ...rest] = JSON.parse(key) as [string, string, ...string[]];
  const dimensions: Dimension[] = [];
  for (let index = 0; index < rest.length; index += 2)
    dimensions.push({ Name: rest[index]!, Value: rest[index + 1]! });
  return { namespace, name, dimensions };
}
