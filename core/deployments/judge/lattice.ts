import { logMixture, type Mixture, partAt, weighed } from './ratios.ts';

/** For n events, the least number of the canary's at which the rule stops; more than n where it does not. */
export type Boundary = (events: number) => number;

/** The boundary of "the mixture's e-value is at least `threshold`" at one share. It rises by 0 or 1 with each event. */
export function boundaryOf(mixture: Mixture, share: number, threshold: number): Boundary {
  const limit = Math.log(threshold);
  const steps = mixture.ratios.map((ratio) => {
    const part = partAt(ratio, share);
    return { up: Math.log(part / share), down: Math.log((1 - part) / (1 - share)) };
  });
  const logs: number[] = steps.map(() => 0);
  const stops = (canary: number, events: number) => {
    for (let each = 0; each < steps.length; each++)
      logs[each] = canary * steps[each]!.up + (events - canary) * steps[each]!.down;
    return logMixture(mixture.weights, logs) >= limit;
  };
  let known = 0;
  return (events) => {
    while (known <= events && !stops(known, events)) known++;
    return known;
  };
}

export interface Walk {
  /** The probability that the rule stops within the horizon. */
  readonly stopped: number;
  /** Mean number of events until it does; those that never stop count the whole horizon. */
  readonly meanEvents: number;
  /** Probabilities of the canary's counts, from `from`, of what has not stopped. */
  readonly left: { readonly from: number; readonly mass: Float64Array };
  /** The probability to have stopped by so many events. */
  readonly stoppedBy: Float64Array;
}

const negligible = 1e-18;

/**
 * One exact pass over the lattice of (events, canary's events): each event is the canary's with probability `part`.
 * The rule looks after every event, which is as often as looking can matter. `boundary` is asked for 1, 2, 3 …
 */
export function walk(boundary: Boundary, part: number, horizon: number): Walk {
  const mass = new Float64Array(horizon + 2);
  const stoppedBy = new Float64Array(horizon + 1);
  mass[0] = 1;
  let low = 0;
  let high = 0;
  let stopped = 0;
  let meanEvents = 0;
  for (let events = 1; events <= horizon; events++) {
    meanEvents += 1 - stopped;
    const limit = boundary(events);
    high = Math.min(high + 1, horizon + 1);
    for (let canary = high; canary > low; canary--)
      mass[canary] = mass[canary]! * (1 - part) + mass[canary - 1]! * part;
    mass[low] = mass[low]! * (1 - part);
    while (high >= limit) {
      stopped += mass[high]!;
      mass[high--] = 0;
    }
    while (low < high && mass[low]! < negligible) mass[low++] = 0;
    stoppedBy[events] = stopped;
  }
  return { stopped, meanEvents, left: { from: low, mass: mass.slice(low, high + 1) }, stoppedBy };
}

/**
 * The probability that the rule ever stops where there is no difference: exact up to the horizon, and beyond it at most
 * what Ville's inequality leaves to the paths that have not stopped.
 */
export function falseAlarmOf(mixture: Mixture, share: number, threshold: number, horizon: number): number {
  const { stopped, left } = walk(boundaryOf(mixture, share, threshold), share, horizon);
  let rest = 0;
  left.mass.forEach((probability, each) => {
    const canary = left.from + each;
    const log = logMixture(mixture.weights, weighed(mixture, undefined, canary, horizon - canary, share));
    rest += probability * Math.min(1, Math.exp(log) / threshold);
  });
  return stopped + rest;
}
