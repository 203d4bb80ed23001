/** A metric's values, or what was computed of them. */
export interface Series {
  readonly is: 'series';
  readonly label: string;
  readonly periodMs: number;
  /** By the moment at which the period begins, ascending. */
  readonly points: ReadonlyMap<number, number>;
}

/** What an expression can be worth. */
export type Value =
  | { readonly is: 'scalar'; readonly value: number }
  | { readonly is: 'text'; readonly value: string }
  | Series
  | { readonly is: 'list'; readonly items: readonly Series[] };

export const scalar = (value: number): Value => ({ is: 'scalar', value });

/** A series of the same label and period; what is no number is left out. */
export function withPoints(like: Series, points: Iterable<readonly [number, number]>): Series {
  const sound = [...points].filter(([, value]) => Number.isFinite(value));
  return { ...like, points: new Map(sound.sort(([a], [b]) => a - b)) };
}

/** Applies `act` to every value. */
export function mapped(value: Value, act: (value: number) => number): Value {
  if (value.is === 'scalar') return scalar(act(value.value));
  if (value.is === 'series')
    return withPoints(
      value,
      [...value.points].map(([at, one]) => [at, act(one)]),
    );
  if (value.is === 'list')
    return { is: 'list', items: value.items.map((item) => mapped(item, act) as Series) };
  return value;
}

/** Applies `act` to both, moment by moment where both have a value; undefined where they do not go together. */
export function combined(
  left: Value,
  right: Value,
  act: (left: number, right: number) => number,
): Value | undefined {
  if (left.is === 'text' || right.is === 'text') return undefined;
  if (left.is === 'scalar') return mapped(right, (value) => act(left.value, value));
  if (right.is === 'scalar') return mapped(left, (value) => act(value, right.value));
  if (left.is === 'series' && right.is === 'series') return joined(left, right, act);
  if (left.is === 'series' && right.is === 'list')
    return { is: 'list', items: right.items.map((item) => joined(left, item, act, item)) };
  if (left.is === 'list' && right.is === 'series')
    return { is: 'list', items: left.items.map((item) => joined(item, right, act)) };
  if (left.is === 'list' && right.is === 'list' && left.items.length === right.items.length)
    return { is: 'list', items: left.items.map((item, index) => joined(item, right.items[index]!, act)) };
  return undefined;
}

function joined(
  left: Series,
  right: Series,
  act: (left: number, right: number) => number,
  like = left,
): Series {
  const points = [...left.points].flatMap(([at, value]): [number, number][] => {
    const other = right.points.get(at);
    return other === undefined ? [] : [[at, act(value, other)]];
  });
  return withPoints({ ...like, periodMs: Math.max(left.periodMs, right.periodMs) }, points);
}

/** One series of several: at each moment, `act` of the values that there are. */
export function folded(items: readonly Series[], act: (values: readonly number[]) => number): Series {
  const moments = new Map<number, number[]>();
  for (const { points } of items) {
    for (const [at, value] of points) {
      const values = moments.get(at);
      if (values) values.push(value);
      else moments.set(at, [value]);
    }
  }
  const like: Series = {
    is: 'series',
    label: '',
    periodMs: Math.max(0, ...items.map(({ periodMs }) => periodMs)),
    points: new Map(),
  };
  return withPoints(
    like,
    [...moments].map(([at, values]) => [at, act(values)]),
  );
}
