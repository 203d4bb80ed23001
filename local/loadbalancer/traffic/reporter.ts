import type { Clock } from '../../support/clock.ts';
import type { Report } from '../messages.ts';
import { count, emptyTally, type Served, type Tally } from '../tally.ts';
import type { Upstream } from './upstream.ts';

/** Collects what happens to requests, and reports it a few times a second while something does. */
export interface Reporter {
  served(targetGroupArn: string, served: Served): void;
  /** The number of requests in flight to a target has changed. */
  busy(upstream: Upstream): void;
}

const everyMs = 200;
const second = (ms: number) => Math.floor(ms / 1000);

export function createReporter(clock: Clock, send: (report: Report) => void): Reporter {
  let served = new Map<string, Tally>();
  let changed = new Set<Upstream>();
  let startedMs = 0;
  let waiting = false;

  const report = () => {
    const inFlight = [...changed].map(({ targetGroupArn, target, work }) => ({
      ...{ targetGroupArn, target },
      count: work.size,
    }));
    if (served.size > 0 || inFlight.length > 0) send({ type: 'report', atMs: startedMs, served, inFlight });
    served = new Map();
    changed = new Set();
  };
  const begin = () => {
    const nowMs = clock.now();
    // A report tells of one second only, so that the points of the metrics stay as exact as that.
    if (waiting && second(nowMs) !== second(startedMs)) {
      report();
      startedMs = nowMs;
    }
    if (waiting) return;
    waiting = true;
    startedMs = nowMs;
    clock.after(everyMs, () => {
      waiting = false;
      report();
    });
  };
  return {
    served(targetGroupArn, how) {
      begin();
      const tally = served.get(targetGroupArn) ?? emptyTally();
      served.set(targetGroupArn, tally);
      count(tally, how);
    },
    busy(upstream) {
      begin();
      changed.add(upstream);
    },
  };
}
