import type { Unit } from '../model.ts';
import type { Summary } from '../summary.ts';

export type Dimensions = Readonly<Record<string, string>>;

/** What one look gives: a metric, and the values of the minute. */
export interface Measurement {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimensions;
  readonly unit: Unit;
  readonly value: number | Summary;
}

/** Makes the measurements of a namespace; counts where no unit is named. */
export function measurementsIn(namespace: string) {
  return (
    name: string,
    dimensions: Dimensions,
    value: number | Summary,
    unit: Unit = 'Count',
  ): Measurement => ({ namespace, name, dimensions, value, unit });
}
