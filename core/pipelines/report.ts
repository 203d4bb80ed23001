import type { Verdict } from '../deployments/model.ts';
import type { Instant, Outcome } from '../kernel/plan.ts';
import type { Report, Run, Status, Told } from './model.ts';

/** GitHub refuses a longer description. */
const maxDescription = 140;
const firstPauseMs = 15_000;
const longestPauseMs = 30 * 60_000;
/** Some three hours. */
const maxAttempts = 14;

const states: Readonly<Record<Verdict | 'unknown', Status['state']>> = {
  succeeded: 'success',
  rolled_back: 'failure',
  failed: 'failure',
  superseded: 'error',
  cancelled: 'error',
  unknown: 'error',
};

export const statusOf = (verdict: Verdict | 'unknown', reason: string): Status => ({
  state: states[verdict],
  description: described(`${verdict.replaceAll('_', ' ')}: ${reason}`),
});

/** Text on one line that GitHub takes. Cut between characters, not within one. */
export function described(text: string): string {
  const line = text.replace(/\p{Cc}+/gu, ' ').trim();
  if (line.length <= maxDescription) return line;
  return `${line.slice(0, maxDescription - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

export const newReport = (wanted: Status): Report => ({ wanted, attempts: 0 });

/** What is to be told instead; a refusal of what was to be told before is no refusal of this. */
export function retold(report: Report, wanted: Status): Report {
  const { refused: _, notBefore: __, ...rest } = report;
  return { ...rest, wanted, attempts: 0 };
}

const isSettled = ({ wanted, told, refused }: Report) => told === wanted.state || refused !== undefined;

/** Nothing more will become of it. */
export const isOver = (run: Run) => isSettled(run.report) && (run.deployment === undefined || !!run.verdict);

/** When GitHub is to be told next; undefined: it knows all, or is being told. */
export const dueAt = (report: Report): Instant | undefined =>
  isSettled(report) || report.telling !== undefined ? undefined : (report.notBefore ?? 0);

/** What telling came to. An effect that failed in any way that was not foreseen is tried again as well. */
export function afterTelling(report: Report, said: Status['state'], outcome: Outcome, now: Instant): Report {
  const { telling, ...rest } = report;
  const result: Told = outcome.ok
    ? (outcome.value as Told)
    : { told: 'later', reason: outcome.failure.message };
  if (telling !== said) return report;
  switch (result.told) {
    case 'posted':
    case 'skipped':
      return { ...rest, told: telling, attempts: 0 };
    case 'refused':
      return telling === rest.wanted.state ? { ...rest, refused: result.reason } : rest;
    case 'later': {
      const attempts = rest.attempts + 1;
      if (attempts >= maxAttempts) return { ...rest, attempts, refused: result.reason };
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempts - 1));
      return { ...rest, attempts, notBefore: now + pauseMs };
    }
  }
}
