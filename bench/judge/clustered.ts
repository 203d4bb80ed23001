import { openJudge, verdictOf, weigh } from '../../core/deployments/judge/judge.ts';
import { errorsAlone } from './exact.ts';
import { type Lots, lotsFrom } from './random.ts';

export interface ClusteredRun {
  readonly size: number;
  readonly errorShare: number;
  readonly share: number;
  /** Judged by failed requests per minute, as a load balancer counts them. */
  readonly falseAlarm: number;
}

const minutes = 60;
const requestsPerMinute = 6000;

/**
 * Errors that come `size` at a time to one of the releases, which are no different, counted by the minute: the judge has
 * to find out by itself how they cluster. With episodes counted nothing of this is left, and the exact figure holds.
 */
export function clusteredRuns(runs: number, log: (line: string) => void): readonly ClusteredRun[] {
  return [2, 4].flatMap((size) =>
    [0.001, 0.01].flatMap((errorShare) =>
      [0.5, 0.1].map((share): ClusteredRun => {
        log(`errors ${size} at a time, ${errorShare * 100} %, share ${share}`);
        const lots = lotsFrom(size * 7919 + errorShare * 1e5 + share * 10);
        let alarms = 0;
        for (let run = 0; run < runs; run++) if (alarmsIn(size, errorShare, share, lots)) alarms++;
        return { size, errorShare, share, falseAlarm: alarms / runs };
      }),
    ),
  );
}

function alarmsIn(size: number, errorShare: number, share: number, lots: Lots): boolean {
  let state = openJudge(errorsAlone, { share, tasks: { canary: 1, baseline: 1 } });
  const total = { canary: 0, baseline: 0 };
  for (let minute = 0; minute < minutes; minute++) {
    const arm = (part: number) => {
      const requests = lots.poisson(requestsPerMinute * part);
      return { requests, errors: size * lots.poisson((requestsPerMinute * part * errorShare) / size) };
    };
    const canary = arm(share);
    const baseline = arm(1 - share);
    state = weigh(errorsAlone, state, {
      fromMs: minute * 60_000,
      toMs: minute * 60_000 + 60_000,
      share,
      requests: { canary: canary.requests, baseline: baseline.requests },
      errors: { canary: canary.errors, baseline: baseline.errors, counted: 'requests' },
    });
    total.canary += canary.errors;
    total.baseline += baseline.errors;
    // With no more than its share of the errors no ratio above 1 has evidence for it.
    const isSuspect = total.canary > share * (total.canary + total.baseline);
    if (isSuspect && verdictOf(errorsAlone, state).is === 'worse') return true;
  }
  return false;
}
