import type { ErrorReading } from './errors.ts';
import type { Reading } from './reading.ts';
import { taskMetrics } from './rules.ts';
import { grossFloor, noTasks, ratioOf, tasksOf } from './tasks.ts';
import { tolerance } from './traffic.ts';
import type { Arms, ErrorState, ExitState, JudgeSettings, JudgeState, TasksState } from './types.ts';

const before = 'the release before';

export const counted = (value: number, one: string, many = `${one}s`) =>
  `${grouped(value)} ${value === 1 ? one : many}`;

// Made once: a formatter costs a hundred times what it does.
const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const fraction = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 });
const significant = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 3 });

export const grouped = (value: number) => (value < 10 ? fraction : whole).format(value);

export const percent = (share: number) => `${significant.format(share * 100)} %`;

/** +30 %. */
const more = (ratio: number) => `${ratio >= 1 ? '+' : '−'}${percent(Math.abs(ratio - 1))}`;

export function lengthOf(seconds: number): string {
  if (seconds < 90) return counted(Math.max(1, Math.round(seconds)), 'second');
  if (seconds < 5400) return counted(Math.round(seconds / 60), 'minute');
  return `${grouped(Math.round(seconds / 360) / 10)} hours`;
}

const nameOf = (key: string) => (key.startsWith('metric:') ? `the metric ${key.slice(7)}` : key);

/** What is left to be feared of a metric, for people. */
export const boundTexts = {
  errors(
    state: ErrorState,
    { atMostRatio, isBelowRatio, isBelowShare }: ErrorReading,
    { errors }: JudgeSettings,
  ): string {
    const share = errors?.atMostShare;
    const seen = errorCounts(state);
    if (isBelowShare && !isBelowRatio && share !== undefined)
      return `less than ${percent(share)} of the canary’s requests are errors (${seen})`;
    if (atMostRatio !== null)
      return `errors are below ${grouped(atMostRatio)} times those of ${before} (${seen})`;
    return `how much worse errors may be is not bounded yet (${seen})`;
  },
  exits({ failures, taskSeconds }: ExitState): string {
    if (taskSeconds.canary === 0) return 'nothing is known of how the canary’s tasks end';
    if (failures.canary > 0) return exitCounts(failures, taskSeconds);
    return `no task of the canary ended badly in ${lengthOf(taskSeconds.canary)} of running`;
  },
  traffic(arrived: number | null): string {
    if (arrived === null) return 'no requests are counted, so whether traffic arrives is not known';
    return `${percent(arrived)} of the planned traffic succeeds at the canary (less than ${percent(1 - tolerance)} would be a finding)`;
  },
  noTasks: (key: string) => `there are no values of ${nameOf(key)} for tasks of both releases`,
  floor: (key: string, { canary, baseline }: Arms<number>, floor: number) =>
    `${nameOf(key)} below ${more(floor)} cannot be judged with ${taskCounts(canary, baseline)}`,
  tasks(
    key: string,
    told: { ratio: number; allowed: number; isReached: boolean; staleMargin?: number },
  ): string {
    const stale =
      told.staleMargin === undefined
        ? ''
        : `; the baseline’s tasks are older than the canary’s, so ${more(told.staleMargin)} is allowed for`;
    const median = `the canary’s median is ${more(told.ratio)}`;
    return told.isReached
      ? `${nameOf(key)} is below ${more(told.allowed)} (${median}${stale})`
      : `${nameOf(key)} is not yet shown to be below ${more(told.allowed)} (${median}${stale})`;
  },
};

const taskCounts = (canary: number, baseline: number) =>
  `${counted(canary, 'task')} beside ${grouped(baseline)} of ${before}`;

function errorCounts({ total, requests }: ErrorState): string {
  const one = (errors: number, of: number) =>
    of > 0 ? `${counted(errors, 'error')} in ${counted(of, 'request')}` : counted(errors, 'error');
  const other = requests.baseline > 0 ? ` in ${grouped(requests.baseline)}` : '';
  return `${one(total.canary, requests.canary)} where ${before} had ${grouped(total.baseline)}${other}`;
}

const exitCounts = (failures: Arms<number>, taskSeconds: Arms<number>) =>
  `${counted(failures.canary, 'task')} ended badly in ${lengthOf(taskSeconds.canary)} of running where ${before} had ${grouped(failures.baseline)} in ${lengthOf(taskSeconds.baseline)}`;

/** The sentence of each verdict. */
export function verdictText(settings: JudgeSettings, state: JudgeState, { bounds }: Reading) {
  const all = () => bounds.map(({ text }) => text).join('; ');
  return {
    worse: (of: string) => `worse: ${harmText(settings, state, of)}`,
    notWorse: () => `not worse: ${all()}`,
    undecided: () => (bounds.length > 0 ? `undecided: ${all()}` : 'undecided: nothing is judged'),
    noData: () => 'no data: nothing was measured of the new release',
  };
}

function harmText(settings: JudgeSettings, state: JudgeState, of: string): string {
  const alarms = `a release that is no worse is called so in at most ${percent(settings.falseAlarms)} of deployments`;
  if (of === 'errors' && state.errors)
    return `${errorCounts(state.errors)}${discount(state.errors)}; ${alarms}`;
  if (of === 'exits' && state.exits)
    return `${exitCounts(state.exits.failures, state.exits.taskSeconds)}; ${alarms}`;
  if (of === 'traffic' && state.traffic) {
    const { successes, planned } = state.traffic;
    return `the canary answered ${counted(successes.canary, 'request')} well where its share is ${grouped(Math.round(planned))}: its traffic vanishes; ${alarms}`;
  }
  const metric = taskMetrics(settings).find(({ key }) => key === of);
  const tasks = state.perTask[of] ?? noTasks;
  return `${nameOf(of)} ${taskHarm(tasks, metric?.rule.worse ?? 'higher')}; ${alarms}`;
}

const discount = ({ clustered }: ErrorState) =>
  clustered ? ' (requests, not episodes, are counted, so how they cluster is taken off)' : '';

function taskHarm(state: TasksState, worse: 'higher' | 'lower'): string {
  const { canary, baseline } = state.worse?.tasks ?? tasksOf(state);
  const ratio = state.worse?.ratio ?? ratioOf(state, worse);
  const by = worse === 'higher' ? more(ratio) : `${grouped(ratio)} times lower`;
  const floor = canary >= 2 ? grossFloor.several : grossFloor.one;
  const how =
    state.worse && state.worse.limit > 0
      ? `by chance tasks fall in such an order once in ${counted(Math.round(1 / state.worse.p), 'time')}`
      : `each task of the canary is beyond ${more(floor)}, with too few tasks for an exact test`;
  return `is ${by} by the median over ${taskCounts(canary, baseline)}: ${how}`;
}
