import { budgetOf } from './budget.ts';
import { type ErrorReading, readErrors } from './errors.ts';
import { logOfExits } from './exits.ts';
import { logMixture } from './ratios.ts';
import { errorLimits, type TaskMetric, taskMetrics } from './rules.ts';
import { canJudge, floorOf, looks, noTasks, ratioOf, staleMargin, tasksOf, windowMs } from './tasks.ts';
import { boundTexts } from './texts.ts';
import { thresholdOf } from './thresholds.ts';
import { arrivedOf, logOfTraffic, tolerance } from './traffic.ts';
import type { Bound, ErrorState, JudgeSettings, JudgeState, Measure, TasksState } from './types.ts';

/** Everything that a state says, before it is put into words. */
export interface Reading {
  readonly measures: readonly Measure[];
  readonly bounds: readonly Bound[];
  /** The metric that is worse; of several errors first. */
  readonly worse?: string;
  readonly hasData: boolean;
}

export function readAll(settings: JudgeSettings, state: JudgeState): Reading {
  const limits = errorLimits(settings);
  const errors = state.errors && limits ? readErrors(state.errors, limits) : undefined;
  const counted = countMeasures(settings, state, errors);
  const perTask = taskMetrics(settings).map((metric) => ({
    metric,
    state: state.perTask[metric.key] ?? noTasks,
  }));
  const measures = [
    ...counted.measures,
    ...perTask.flatMap(({ metric, state: one }) => measureOf(metric, one)),
  ];
  const worse = counted.worse ?? perTask.find(({ state: one }) => one.worse)?.metric.key;
  return {
    measures,
    bounds: [
      ...(errors && state.errors && limits ? [errorBound(state.errors, errors, settings)] : []),
      ...otherBounds(state),
      ...perTask.map(({ metric, state: one }) => taskBound(metric, one)),
    ],
    ...(worse === undefined ? {} : { worse }),
    hasData: hasData(state),
  };
}

/** The tests of counts: errors by themselves, and the weighted average of all e-values. */
function countMeasures(settings: JudgeSettings, state: JudgeState, errors: ErrorReading | undefined) {
  const { weights, pooled, errors: alpha } = budgetOf(settings);
  const own = [
    ...(errors ? [{ of: 'errors', log: errors.logE, weight: weights.errors }] : []),
    ...(state.exits ? [{ of: 'exits', log: logOfExits(state.exits), weight: weights.exits }] : []),
    ...(state.traffic ? [{ of: 'traffic', log: logOfTraffic(state.traffic), weight: weights.traffic }] : []),
  ];
  const poolAt = pooled > 0 ? poolThreshold(state.errors, alpha, pooled, weights.errors) : Number.MAX_VALUE;
  const average = logMixture(
    own.map(({ weight }) => weight),
    own.map(({ log }) => log),
  );
  const isErrors = errors !== undefined && errors.logE >= Math.log(errors.threshold);
  const isPool = own.length > 0 && pooled > 0 && average >= Math.log(poolAt);
  const [clearest] = [...own].sort(
    (one, other) => other.log + Math.log(other.weight) - one.log - Math.log(one.weight),
  );
  const worse = isErrors ? 'errors' : isPool ? clearest?.of : undefined;
  const measures = own.map(({ of, log, weight }): Measure => {
    const threshold = of === 'errors' && errors ? errors.threshold : poolAt / weight;
    return { of, e: shownE(log), threshold: rounded(threshold) };
  });
  return { measures, worse };
}

/**
 * What stops at the test of errors has at least `weight` times its threshold in the average too; what is left of the
 * average's mean (Ville's inequality) may be shared by fewer stops, so their threshold is lower than 1 / pooled.
 */
function poolThreshold(
  errors: ErrorState | undefined,
  alpha: number,
  pooled: number,
  weight: number,
): number {
  if (!errors) return 1 / pooled;
  const own = errors.first ?? thresholdOf(errors.mixture, errors.now.share, alpha);
  return Math.max(weight * own, (1 - weight * own * alpha) / pooled);
}

const shownE = (log: number) => rounded(Math.exp(Math.min(600, log)));
const rounded = (value: number) => Number(Math.min(1e300, value).toPrecision(4));

function measureOf({ key }: TaskMetric, { last, worse }: TasksState): readonly Measure[] {
  const shown = worse && worse.limit > 0 ? worse : last;
  if (!shown) return [];
  return [{ of: key, e: rounded(1 / shown.p), threshold: rounded(1 / shown.limit) }];
}

function errorBound(state: ErrorState, reading: ErrorReading, settings: JudgeSettings): Bound {
  return {
    of: 'errors',
    atMostRatio: reading.atMostRatio,
    isReached: reading.isBelowRatio || reading.isBelowShare,
    text: boundTexts.errors(state, reading, settings),
  };
}

/** Of exits and traffic no allowed ratio is declared: it is asked that nothing speaks against the release. */
function otherBounds({ exits, traffic }: JudgeState): readonly Bound[] {
  const bounds: Bound[] = [];
  if (exits)
    bounds.push({
      of: 'exits',
      atMostRatio: null,
      isReached: exits.taskSeconds.canary > 0 && (exits.failures.canary === 0 || logOfExits(exits) <= 0),
      text: boundTexts.exits(exits),
    });
  if (traffic) {
    const arrived = arrivedOf(traffic);
    bounds.push({
      of: 'traffic',
      atMostRatio: null,
      isReached: arrived !== null && arrived >= 1 - tolerance,
      text: boundTexts.traffic(arrived),
    });
  }
  return bounds;
}

/** Windows after which the floor is taken for a bound where there is no exact test. */
const floorWindows = looks[2].windows;

function taskBound({ key, rule }: TaskMetric, state: TasksState): Bound {
  const tasks = tasksOf(state);
  if (tasks.canary === 0 || tasks.baseline === 0)
    return { of: key, atMostRatio: null, isReached: false, text: boundTexts.noTasks(key) };
  if (!canJudge(tasks, rule.alpha)) {
    const floor = floorOf(tasks.canary);
    const isReached = !state.worse && state.heardMs >= floorWindows * windowMs;
    return {
      of: key,
      atMostRatio: isReached ? floor : null,
      isReached,
      text: boundTexts.floor(key, tasks, floor),
    };
  }
  const isReached = state.cleared !== undefined && !state.worse;
  return {
    of: key,
    atMostRatio: isReached ? rule.atMostRatio : null,
    isReached,
    text: boundTexts.tasks(key, {
      ratio: ratioOf(state, rule.worse),
      allowed: rule.atMostRatio,
      isReached,
      ...(state.fresh ? {} : { staleMargin }),
    }),
  };
}

/** Evidence of the canary itself: without it nothing is known, however well the baseline does. */
function hasData({ errors, exits, perTask }: JudgeState): boolean {
  return (
    (errors !== undefined && hasErrorData(errors)) ||
    (exits !== undefined && exits.taskSeconds.canary > 0) ||
    Object.values(perTask).some((one) => one.heardMs > 0)
  );
}

function hasErrorData({ requests, total }: ErrorState): boolean {
  const areCounted = requests.canary + requests.baseline > 0;
  return areCounted ? requests.canary > 0 || total.canary > 0 : total.canary + total.baseline > 0;
}
