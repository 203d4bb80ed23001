import { budgetOf, latencyKey, metricKey } from './budget.ts';
import type { ErrorLimits } from './errors.ts';
import type { TaskRule } from './tasks.ts';
import type { Evidence, JudgeSettings } from './types.ts';

export function errorLimits(settings: JudgeSettings): ErrorLimits | undefined {
  const { errors, falseAlarms } = settings;
  return errors && { settings: errors, alpha: budgetOf(settings).errors, missed: falseAlarms };
}

export interface TaskMetric {
  readonly key: string;
  readonly rule: TaskRule;
  readonly values: (evidence: Evidence) => NonNullable<Evidence['metrics']>[string] | undefined;
}

/** Tasks of all metrics together that fit into the state. */
const rememberedTasks = 96;

/** What is judged per task: latency, and then the metrics of one's own. */
export function taskMetrics(settings: JudgeSettings): readonly TaskMetric[] {
  const { perTask } = budgetOf(settings);
  const count = Object.keys(perTask).length;
  const most = Math.max(2, Math.min(16, Math.floor(rememberedTasks / 2 / Math.max(1, count))));
  const rule = (key: string, atMostRatio: number, worse: TaskRule['worse']): TaskRule => ({
    alpha: perTask[key] ?? 0,
    missed: settings.falseAlarms,
    worse,
    atMostRatio,
    most,
  });
  const own = settings.metrics.map(({ name, worse, atMostRatio }) => ({
    key: metricKey(name),
    rule: rule(metricKey(name), atMostRatio, worse),
    values: ({ metrics }: Evidence) => metrics?.[name],
  }));
  if (!settings.latency) return own;
  const latency = rule(latencyKey, settings.latency.atMostRatio, 'higher');
  return [{ key: latencyKey, rule: latency, values: (evidence: Evidence) => evidence.latency }, ...own];
}
