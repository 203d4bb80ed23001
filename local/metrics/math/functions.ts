import { folded, mapped, type Series, scalar, type Value, withPoints } from './value.ts';

/** The moments that a request asks for. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a function is worth with these arguments; undefined where it does not take them. */
export type MathFunction = (args: readonly Value[], span: Span) => Value | undefined;

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const average = (values: readonly number[]) => sum(values) / values.length;
const deviation = (values: readonly number[]) => {
  const mean = average(values);
  return Math.sqrt(average(values.map((value) => (value - mean) ** 2)));
};

/** The functions of metric math that Local AWS has. */
export const functions: Readonly<Record<string, MathFunction>> = {
  SUM: aggregate(sum),
  AVG: aggregate(average),
  MIN: aggregate((values) => values.reduce((least, value) => Math.min(least, value))),
  MAX: aggregate((values) => values.reduce((most, value) => Math.max(most, value))),
  STDDEV: aggregate(deviation),
  ABS: ([value]) => value && mapped(value, Math.abs),
  CEIL: ([value]) => value && mapped(value, Math.ceil),
  FLOOR: ([value]) => value && mapped(value, Math.floor),
  PERIOD: ([value]) => (value?.is === 'series' ? scalar(value.periodMs / 1000) : undefined),
  METRIC_COUNT: ([value]) => (value?.is === 'list' ? scalar(value.items.length) : undefined),
  FIRST: pick(0),
  LAST: pick(-1),
  DIFF: eachSeries((series) => steps(series, (value, before) => value - before)),
  RATE: eachSeries((series) => steps(series, (value, before, seconds) => (value - before) / seconds)),
  RUNNING_SUM: eachSeries((series) => {
    let total = 0;
    return withPoints(
      series,
      [...series.points].map(([at, value]) => {
        total += value;
        return [at, total];
      }),
    );
  }),
  FILL: ([value, filling], span) =>
    filling && eachSeries((one) => filled(one, filling, span))([value!], span),
  IF: ([condition, yes, no]) => condition && yes && chosen(condition, yes, no),
};

/** Of one series a number, of several a series. */
function aggregate(act: (values: readonly number[]) => number): MathFunction {
  return ([value, ...others]) => {
    if (others.length > 0) return undefined;
    if (value?.is === 'list') return folded(value.items, act);
    if (value?.is !== 'series') return undefined;
    return scalar(value.points.size === 0 ? Number.NaN : act([...value.points.values()]));
  };
}

function pick(position: number): MathFunction {
  return ([value]) => {
    if (value?.is === 'list') return value.items.at(position);
    if (value?.is !== 'series') return undefined;
    return scalar([...value.points.values()].at(position) ?? Number.NaN);
  };
}

function eachSeries(act: (series: Series) => Series | undefined): MathFunction {
  return ([value]) => {
    if (value?.is === 'series') return act(value);
    if (value?.is !== 'list') return undefined;
    const items = value.items.map(act);
    return items.every((item) => item !== undefined) ? { is: 'list', items } : undefined;
  };
}

/** What `act` makes of each value and the one before it. */
function steps(series: Series, act: (value: number, before: number, seconds: number) => number): Series {
  const points = [...series.points];
  return withPoints(
    series,
    points.slice(1).map(([at, value], index) => {
      const [beforeAt, before] = points[index]!;
      return [at, act(value, before, (at - beforeAt) / 1000)];
    }),
  );
}

/** Fills periods without a value: with a number, another series, `REPEAT` (the last one) or `LINEAR`. */
function filled(series: Series, filling: Value, { fromMs, toMs }: Span): Series | undefined {
  const known = [...series.points];
  const at = (moment: number): number | undefined => {
    if (filling.is === 'scalar') return filling.value;
    if (filling.is === 'series') return filling.points.get(moment);
    const before = known.findLast(([one]) => one < moment);
    if (filling.is === 'text' && filling.value === 'REPEAT') return before?.[1];
    const after = known.find(([one]) => one > moment);
    if (!before || !after) return undefined;
    return before[1] + ((after[1] - before[1]) * (moment - before[0])) / (after[0] - before[0]);
  };
  if (filling.is === 'list' || (filling.is === 'text' && !['REPEAT', 'LINEAR'].includes(filling.value)))
    return undefined;
  const points: [number, number][] = [];
  for (let moment = fromMs; moment < toMs && series.periodMs > 0; moment += series.periodMs) {
    const value = series.points.get(moment) ?? at(moment);
    if (value !== undefined) points.push([moment, value]);
  }
  return withPoints(series, points);
}

function chosen(condition: Value, yes: Value, no: Value | undefined): Value | undefined {
  if (condition.is === 'scalar') return condition.value !== 0 ? yes : no;
  if (condition.is !== 'series') return undefined;
  const at = (value: Value | undefined, moment: number) => {
    if (value?.is === 'scalar') return value.value;
    return value?.is === 'series' ? value.points.get(moment) : undefined;
  };
  const points = [...condition.points].flatMap(([moment, holds]): [number, number][] => {
    const value = at(holds !== 0 ? yes : no, moment);
    return value === undefined ? [] : [[moment, value]];
  });
  return withPoints(condition, points);
}
