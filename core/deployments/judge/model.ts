/** What the judge is given and what it says; `judge.ts` has its functions. All of it is pure. */
export type { Expected, Foreseen } from './foresee.ts';

export type {
  Arms,
  Bound,
  Evidence,
  JudgedMetric,
  JudgeOpening,
  JudgeSettings,
  JudgeState,
  JudgeVerdict,
  Measure,
  TaskValue,
  TrailPoint,
} from './types.ts';
