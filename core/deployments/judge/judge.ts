import { flawOf } from './border.ts';
import { budgetOf } from './budget.ts';
import { openErrors, weighErrors } from './errors.ts';
import { noExits, weighExits } from './exits.ts';
import { type Reading, readAll } from './reading.ts';
import { errorLimits, type TaskMetric, taskMetrics } from './rules.ts';
import { noTasks, weighTasks } from './tasks.ts';
import { verdictText } from './texts.ts';
import { noTraffic, weighTraffic } from './traffic.ts';
import type {
  Evidence,
  JudgeOpening,
  JudgeSettings,
  JudgeState,
  JudgeVerdict,
  TasksState,
  TrailPoint,
} from './types.ts';

export { flawOf } from './border.ts';
export { foresee } from './foresee.ts';

/** The judge before it has seen anything. */
export function openJudge(settings: JudgeSettings, setting: JudgeOpening): JudgeState {
  return {
    tasks: setting.tasks,
    perTask: Object.fromEntries(Object.keys(budgetOf(settings).perTask).map((key) => [key, noTasks])),
    ...(settings.errors ? { errors: openErrors(setting.share) } : {}),
    ...(settings.traffic ? { traffic: noTraffic } : {}),
    ...(settings.exits ? { exits: noExits } : {}),
  };
}

/**
 * The state with one more interval. Intervals come in the order of time; what has been weighed already, and what is no
 * evidence (`flawOf`), changes nothing.
 */
export function weigh(settings: JudgeSettings, state: JudgeState, evidence: Evidence): JudgeState {
  if (flawOf(evidence) !== undefined) return state;
  if (state.toMs !== undefined && evidence.toMs <= state.toMs) return state;
  const { errors, traffic, exits } = state;
  const limits = errorLimits(settings);
  return {
    ...state,
    fromMs: state.fromMs ?? evidence.fromMs,
    toMs: evidence.toMs,
    ...(errors && limits ? { errors: weighErrors(errors, evidence, limits) } : {}),
    ...(traffic ? { traffic: weighTraffic(traffic, evidence) } : {}),
    ...(exits ? { exits: weighExits(exits, evidence) } : {}),
    perTask: weighPerTask(settings, state.perTask, evidence),
  };
}

function weighPerTask(settings: JudgeSettings, perTask: JudgeState['perTask'], evidence: Evidence) {
  const ms = evidence.toMs - evidence.fromMs;
  const weighed = (state: TasksState, { key, values, rule }: TaskMetric): readonly [string, TasksState] => {
    const arms = values(evidence);
    if (!arms) return [key, state];
    return [key, weighTasks(state, { ...arms, fresh: arms.baselineIsFresh ?? true }, ms, rule)];
  };
  return Object.fromEntries(taskMetrics(settings).map((one) => weighed(perTask[one.key] ?? noTasks, one)));
}

/** What the evidence so far says. `worse` is to be acted upon when it is said: later evidence may speak for the release. */
export function verdictOf(settings: JudgeSettings, state: JudgeState): JudgeVerdict {
  return verdictFrom(settings, state, readAll(settings, state));
}

function verdictFrom(settings: JudgeSettings, state: JudgeState, reading: Reading): JudgeVerdict {
  const text = verdictText(settings, state, reading);
  const { bounds, worse } = reading;
  if (worse !== undefined) return { is: 'worse', of: worse, text: text.worse(worse) };
  if (!reading.hasData) return { is: 'no_data', text: text.noData() };
  const isCleared = bounds.length > 0 && bounds.every(({ isReached }) => isReached);
  return isCleared
    ? { is: 'not_worse', text: text.notWorse(), bounds }
    : { is: 'undecided', text: text.undecided(), bounds };
}

/** The same judgement again, from the stored evidence alone, with what it was after each interval. */
export function rejudge(
  settings: JudgeSettings,
  opening: JudgeOpening,
  evidence: readonly Evidence[],
): { readonly state: JudgeState; readonly verdict: JudgeVerdict; readonly trail: readonly TrailPoint[] } {
  let state = openJudge(settings, opening);
  const trail: TrailPoint[] = [];
  for (const interval of evidence) {
    const next = weigh(settings, state, interval);
    if (next === state) continue;
    state = next;
    const reading = readAll(settings, state);
    const verdict = verdictFrom(settings, state, reading);
    trail.push({
      atMs: interval.toMs,
      verdict: verdict.is,
      measures: reading.measures,
      bounds: reading.bounds,
    });
  }
  return { state, verdict: verdictOf(settings, state), trail };
}
