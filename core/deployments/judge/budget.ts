import type { JudgeSettings } from './types.ts';

/**
 * How the allowed false alarms are shared out. Errors have an exact test of their own at `errors`; the tests per task at
 * `perTask` each; what is left, `pooled`, belongs to the weighted average of the e-values of errors, exits and traffic.
 * The parts sum up to the whole, so that false alarms do, whatever depends on what.
 */
export interface Budget {
  readonly errors: number;
  readonly perTask: Readonly<Record<string, number>>;
  readonly pooled: number;
  readonly weights: { readonly errors: number; readonly exits: number; readonly traffic: number };
}

export const latencyKey = 'latency';
export const metricKey = (name: string) => `metric:${name}`;

export function budgetOf(settings: JudgeSettings): Budget {
  const known = budgets.get(settings);
  if (known) return known;
  const budget = sharedOut(settings);
  budgets.set(settings, budget);
  return budget;
}

/** Settings do not change; each verdict asks for their budget several times. */
const budgets = new WeakMap<JudgeSettings, Budget>();

function sharedOut(settings: JudgeSettings): Budget {
  const total = settings.falseAlarms;
  const parts = partsOf(settings);
  const tests = perTaskOf(settings);
  const shares = tests.reduce((sum, [, weight]) => sum + weight, 0);
  const perTask = Object.fromEntries(
    tests.map(([key, weight]) => [key, (total * parts.perTask * weight) / shares]),
  );
  return {
    errors: total * parts.errors,
    perTask,
    pooled: total * parts.pooled,
    weights: weightsOf(settings),
  };
}

/** Latency counts for two metrics. */
function perTaskOf({ latency, metrics }: JudgeSettings): readonly (readonly [string, number])[] {
  const own = metrics.map(({ name }) => [metricKey(name), 1] as const);
  return latency ? [[latencyKey, 2], ...own] : own;
}

function partsOf(settings: JudgeSettings): { errors: number; perTask: number; pooled: number } {
  const hasTests = perTaskOf(settings).length > 0;
  const hasPool = settings.exits || settings.traffic;
  if (!settings.errors) {
    if (!hasPool) return { errors: 0, perTask: 1, pooled: 0 };
    return hasTests ? { errors: 0, perTask: 0.5, pooled: 0.5 } : { errors: 0, perTask: 0, pooled: 1 };
  }
  if (hasTests)
    return hasPool ? { errors: 0.6, perTask: 0.35, pooled: 0.05 } : { errors: 0.6, perTask: 0.4, pooled: 0 };
  return hasPool ? { errors: 0.9, perTask: 0, pooled: 0.1 } : { errors: 1, perTask: 0, pooled: 0 };
}

function weightsOf({ errors, exits, traffic }: JudgeSettings): Budget['weights'] {
  const own = { errors: errors ? 0.3 : 0, exits: exits ? 0.6 : 0, traffic: traffic ? 0.1 : 0 };
  const sum = own.errors + own.exits + own.traffic || 1;
  return { errors: own.errors / sum, exits: own.exits / sum, traffic: own.traffic / sum };
}
