import { leastP, medianOf, rankSumP } from './ranks.ts';
import type { Arms, RankFinding, TasksState, TaskValue } from './types.ts';

/** The unit is the task: requests of one task share its host, so a thousand of them say little more than one. */
export const windowMs = 15_000;

/** After so many windows the floor is looked at: a task that has just begun is slow whatever it runs. */
const grossWindows = 4;

/** After so many windows it is looked, with this part of α. */
export const looks = [
  { windows: 1, part: 0.1 },
  { windows: 4, part: 0.3 },
  { windows: 16, part: 0.6 },
] as const;

/** Where tasks are too few for an exact test: every task of the canary is so much above the baseline's median. */
export const grossFloor = { one: 1.5, several: 1.3 };

/** What older tasks of the baseline may differ from fresh ones without any change of the program. */
export const staleMargin = 1.15;

export const noTasks: TasksState = {
  heardMs: 0,
  fresh: true,
  canary: {},
  baseline: {},
  looks: 0,
  unspent: 0,
};

export interface TaskRule {
  readonly alpha: number;
  /** The chance that too high a harm is called none. */
  readonly missed: number;
  readonly worse: 'higher' | 'lower';
  readonly atMostRatio: number;
  /** Tasks of an arm that are remembered: those heard of first. */
  readonly most: number;
}

type Values = Arms<readonly TaskValue[]> & { readonly fresh: boolean };

/** Adds the values of one interval, and looks where a look has come due. What a look has found stays found. */
export function weighTasks(state: TasksState, values: Values, ms: number, rule: TaskRule): TasksState {
  if (values.canary.length === 0 || values.baseline.length === 0) return state;
  const heard: TasksState = {
    ...state,
    heardMs: state.heardMs + ms,
    fresh: state.fresh && values.fresh,
    canary: summed(state.canary, values.canary, rule.most),
    baseline: summed(state.baseline, values.baseline, rule.most),
  };
  return looked(heard, rule);
}

type Sums = TasksState['canary'];

function summed(sums: Sums, values: readonly TaskValue[], most: number): Sums {
  const next: Record<string, readonly [number, number]> = { ...sums };
  let room = most - Object.keys(sums).length;
  for (const { task, value, weight = 1 } of values) {
    const key = shortened(task);
    const known = next[key];
    if (weight <= 0 || (!known && room-- <= 0)) continue;
    next[key] = known
      ? [kept(known[0] + value * weight), kept(known[1] + weight)]
      : [kept(value * weight), kept(weight)];
  }
  return next;
}

const negligible = 1e-12;

/** Seven digits: no measurement has more, and they keep the state small. */
function kept(value: number): number {
  if (Math.abs(value) < negligible) return 0;
  const scale = 10 ** (6 - Math.floor(Math.log10(Math.abs(value))));
  return scale >= 1 ? Math.round(value * scale) / scale : Math.round(value);
}

/** 32 bits of the task's name (FNV-1a), to keep the state small. */
function shortened(task: string): string {
  let hash = 0x811c9dc5;
  for (let each = 0; each < task.length; each++)
    hash = Math.imul(hash ^ task.charCodeAt(each), 0x01000193) >>> 0;
  return hash.toString(36);
}

export const meansOf = (sums: Sums): number[] => Object.values(sums).map(([sum, weights]) => sum / weights);

function looked(state: TasksState, rule: TaskRule): TasksState {
  const windows = Math.floor(state.heardMs / windowMs);
  const due = looks.filter((look) => look.windows <= windows).length;
  if (state.worse || windows === 0) return state;
  if (!canEverJudge(state, rule)) {
    const isTime = windows >= grossWindows;
    return { ...state, looks: due, ...asWorse(isTime ? grossly(state, rule, windows) : undefined) };
  }
  if (due <= state.looks) return state;
  const part = state.unspent + looks.slice(state.looks, due).reduce((sum, look) => sum + look.part, 0);
  const tasks = tasksOf(state);
  const isPossible = leastP(tasks.canary, tasks.baseline) <= part * rule.alpha;
  if (!isPossible) return { ...state, looks: due, unspent: part };
  const last = findingOf(state, rule, due, part * rule.alpha, false);
  const harm = findingOf(state, rule, due, part * rule.missed, true);
  return {
    ...state,
    looks: due,
    unspent: 0,
    last,
    ...asWorse(last.p <= last.limit ? last : undefined),
    ...(harm.p <= harm.limit ? { cleared: harm } : {}),
  };
}

const asWorse = (worse: RankFinding | undefined) => (worse ? { worse } : {});

export const tasksOf = ({ canary, baseline }: TasksState): Arms<number> => ({
  canary: Object.keys(canary).length,
  baseline: Object.keys(baseline).length,
});

/** Whether a look can find anything: the last has the α of those that could not, and with too few tasks that is too little. */
export const canJudge = ({ canary, baseline }: Arms<number>, alpha: number): boolean =>
  canary > 0 && baseline > 0 && leastP(canary, baseline) <= alpha;

const canEverJudge = (state: TasksState, { alpha }: TaskRule) => canJudge(tasksOf(state), alpha);

/** Values in the direction in which higher is worse, the canary's divided by `ratio`. */
function turned(state: TasksState, worse: TaskRule['worse'], ratio: number): Arms<number[]> {
  const canary = meansOf(state.canary);
  const baseline = meansOf(state.baseline);
  return worse === 'higher'
    ? { canary: canary.map((value) => value / ratio), baseline }
    : { canary: canary.map((value) => -value * ratio), baseline: baseline.map((value) => -value) };
}

/** A look: is the canary above (or, to clear it, with the allowed ratio taken off, below) what lots would give? */
function findingOf(
  state: TasksState,
  rule: TaskRule,
  look: number,
  limit: number,
  clears: boolean,
): RankFinding {
  const margin = state.fresh ? 1 : staleMargin;
  const ratio = clears ? rule.atMostRatio / margin : margin;
  const { canary, baseline } = turned(state, rule.worse, ratio);
  const p = clears ? rankSumP(baseline, canary) : rankSumP(canary, baseline);
  return { look, p, limit, ratio: ratioOf(state, rule.worse), tasks: tasksOf(state) };
}

/** How many times worse the canary's median is. */
export function ratioOf(state: TasksState, worse: TaskRule['worse']): number {
  const canary = medianOf(meansOf(state.canary));
  const baseline = medianOf(meansOf(state.baseline));
  if (canary === baseline) return 1;
  return Math.min(mostRatio, worse === 'higher' ? canary / baseline : baseline / canary);
}

/** JSON knows no infinity. */
const mostRatio = 1e6;

export const floorOf = (canaryTasks: number): number =>
  canaryTasks >= 2 ? grossFloor.several : grossFloor.one;

function grossly(state: TasksState, { worse }: TaskRule, windows: number): RankFinding | undefined {
  const tasks = tasksOf(state);
  const floor = floorOf(tasks.canary);
  const { canary, baseline } = turned(state, worse, floor);
  const middle = medianOf(baseline);
  if (!canary.every((value) => value > middle)) return undefined;
  return { look: windows, p: 0, limit: 0, ratio: ratioOf(state, worse), tasks };
}
