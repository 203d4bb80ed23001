import { budgetOf } from './budget.ts';
import { taskMetrics } from './rules.ts';
import { canJudge, floorOf, grossFloor, looks, staleMargin, windowMs } from './tasks.ts';
import { counted, lengthOf, percent } from './texts.ts';
import { divergence } from './thresholds.ts';
import type { Arms, JudgeSettings } from './types.ts';

/** What is expected of a rollout before it begins. */
export interface Expected {
  readonly requestsPerSecond?: number;
  /** Of the release before, 0 to 1. */
  readonly errorShare?: number;
  readonly share: number;
  readonly tasks: Arms<number>;
  /** How long it is watched. */
  readonly seconds: number;
  readonly baselineIsFresh: boolean;
}

export interface Foreseen {
  readonly metric: string;
  readonly text: string;
  /** The least ratio that is likely to be found in time, with the mean time to find it; null where nothing can. */
  readonly canFind: { readonly ratio: number; readonly seconds: number } | null;
}

/** Mean errors needed over the information limit, as measured (`bench judge`); and what a tail of one in ten needs. */
const overLimit = 1.17;
const ratios = [1.5, 2, 3, 5, 10];

/** What the judge can and cannot find with this traffic and these tasks, said before it starts. */
export function foresee(settings: JudgeSettings, expected: Expected): readonly Foreseen[] {
  return [
    ...(settings.errors ? [ofErrors(settings, expected)] : []),
    ...taskMetrics(settings).map(({ key, rule }) => ofTasks(key, rule, expected)),
    ...(settings.traffic ? [ofTraffic(expected)] : []),
    ...(settings.exits ? [ofExits(settings, expected)] : []),
  ];
}

function ofErrors(settings: JudgeSettings, expected: Expected): Foreseen {
  const { requestsPerSecond, errorShare, share, seconds } = expected;
  const metric = 'errors';
  if (share <= 0 || share >= 1)
    return { metric, text: 'errors cannot be compared: one release has all the traffic', canFind: null };
  if (!requestsPerSecond || errorShare === undefined)
    return {
      metric,
      text: `a doubled error rate is found after about ${counted(errorsToFind(settings, 2, share), 'error')}; how much traffic there is, is not known`,
      canFind: null,
    };
  const found = ratios.map((ratio) => ({ ratio, seconds: secondsToFind(settings, ratio, expected) }));
  const inTime = found.find((one) => one.seconds <= seconds);
  const doubled = found.find(({ ratio }) => ratio === 2)!;
  const texts = [
    errorShare > 0
      ? `a doubled error rate in about ${lengthOf(doubled.seconds)}`
      : `errors where there were none, after about ${counted(errorsToFind(settings, 10, share), 'error')}`,
  ];
  if (errorShare > 0 && doubled.seconds > seconds)
    texts.push(
      inTime
        ? `within ${lengthOf(seconds)} no less than ${inTime.ratio} times the errors`
        : `within ${lengthOf(seconds)} not even ten times the errors`,
    );
  return { metric, text: texts.join('; '), canFind: errorShare > 0 ? (inTime ?? null) : null };
}

function errorsToFind(settings: JudgeSettings, ratio: number, share: number): number {
  const alpha = budgetOf(settings).errors;
  return Math.ceil((overLimit * Math.log(1 / alpha)) / divergence(ratio, share));
}

function secondsToFind(settings: JudgeSettings, ratio: number, expected: Expected): number {
  const { requestsPerSecond = 0, errorShare = 0, share } = expected;
  const perSecond = requestsPerSecond * errorShare * (share * ratio + 1 - share);
  return perSecond > 0 ? errorsToFind(settings, ratio, share) / perSecond : Number.MAX_VALUE;
}

type Rule = ReturnType<typeof taskMetrics>[number]['rule'];

function ofTasks(key: string, rule: Rule, { tasks, seconds, baselineIsFresh }: Expected): Foreseen {
  const name = key.startsWith('metric:') ? `the metric ${key.slice(7)}` : key;
  const counts = `${counted(tasks.canary, 'task')} beside ${tasks.baseline}`;
  const seen = {
    canary: Math.min(tasks.canary, rule.most),
    baseline: Math.min(tasks.baseline, rule.most),
  };
  const [first] = looks;
  if (tasks.canary < 1 || tasks.baseline < 1 || seconds * 1000 < first.windows * windowMs)
    return {
      metric: key,
      text: `${name} cannot be judged: it takes tasks of both releases and a minute`,
      canFind: null,
    };
  if (!canJudge(seen, rule.alpha)) {
    const floor = floorOf(tasks.canary);
    return {
      metric: key,
      text: `${name} below +${percent(floor - 1)} cannot be judged with ${counts}`,
      canFind: { ratio: floor, seconds: windowMs / 1000 },
    };
  }
  const ratio = likelyRatio(seen, baselineIsFresh);
  const last = looks.filter((look) => look.windows * windowMs <= seconds * 1000).at(-1) ?? first;
  const stale = baselineIsFresh ? '' : `, for the baseline’s tasks are not fresh`;
  return {
    metric: key,
    text: `${name} from about +${percent(ratio - 1)} with ${counts}${stale}, after ${lookTimes}`,
    canFind: { ratio, seconds: (last.windows * windowMs) / 1000 },
  };
}

/** `15 s, 1 minute and 4 minutes`. */
const lookTimes = looks
  .map(({ windows }) => lengthOf((windows * windowMs) / 1000))
  .join(', ')
  .replace(/, ([^,]*)$/, ' and $1');

/** Found nine times in ten on the noisiest of the measured hosts, whose tasks differ by 9 to 12 % from one another. */
function likelyRatio({ canary, baseline }: Arms<number>, isFresh: boolean): number {
  const noise = 0.1 * Math.sqrt(1 / canary + 1 / baseline);
  const ratio = Math.ceil((1 + 4.5 * noise) * 20) / 20;
  return Math.min(grossFloor.one, Number((isFresh ? ratio : ratio * staleMargin).toFixed(2)));
}

function ofTraffic({ share }: Expected): Foreseen {
  const metric = 'traffic';
  if (share <= 0 || share >= 1)
    return {
      metric,
      text: 'whether traffic vanishes cannot be seen: one release has all of it',
      canFind: null,
    };
  return { metric, text: 'traffic that vanishes altogether, in about 2 minutes', canFind: null };
}

function ofExits({ falseAlarms }: JudgeSettings, { tasks }: Expected): Foreseen {
  const share = tasks.canary / Math.max(1, tasks.canary + tasks.baseline);
  const metric = 'exits';
  if (share <= 0 || share >= 1)
    return { metric, text: 'how tasks end cannot be compared: there are none of one release', canFind: null };
  const failures = Math.ceil(Math.log(30 / falseAlarms) / -Math.log(share));
  return {
    metric,
    text: `tasks that end badly, after about ${counted(failures, 'failure')} where the release before has none`,
    canFind: null,
  };
}
