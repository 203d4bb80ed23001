import { type Fault, type FaultName, faultNames, faults } from './faults.ts';
import type { Random } from './random.ts';
import type { Night } from './story.ts';

interface Window {
  readonly from: number;
  readonly until: number;
}

/** When there are faults: `lengthMs` of a story, which a night in its midst may interrupt for hours. */
export interface Period {
  readonly lengthMs: number;
  readonly night: Night | undefined;
  /** The true moment of a moment of the story. */
  momentOf(storyMs: number): number;
}

/** The faults of one run. Each run has some of them, so that one does not always hide another. */
export interface Weather {
  /** Whether a fault strikes now; counts it where it does. */
  strikes(name: FaultName): boolean;
  /** The true moment at which a fault that is on now will be over; undefined where it is not on. */
  endOf(name: FaultName): number | undefined;
  readonly counts: ReadonlyMap<FaultName, number>;
  /** Whether a run has a fault at all, now or at another time. */
  has(name: FaultName): boolean;
  readonly active: readonly FaultName[];
}

export function drawWeather(random: Random, clock: { now(): number }, period: Period): Weather {
  const drawing = random.fork('weather');
  const share = drawing.pick([0, 0.1, 0.2, 0.35, 0.6]);
  const { night } = period;
  const active = faultNames.filter((name) => drawing.chance(share) || name === night?.fault);
  const windows = new Map(active.map((name) => [name, windowOf(name, period, drawing)]));
  const counts = new Map<FaultName, number>();
  const windowNow = (name: FaultName) => {
    const window = windows.get(name);
    return window && clock.now() >= window.from && clock.now() < window.until ? window : undefined;
  };
  return {
    strikes(name) {
      if (!windowNow(name) || !random.chance(faults[name].rate)) return false;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      return true;
    },
    endOf: (name) => windowNow(name)?.until,
    has: (name) => windows.has(name),
    counts,
    active,
  };
}

function windowOf(name: FaultName, { lengthMs, night, momentOf }: Period, random: Random): Window {
  if (night?.fault === name) {
    const from = momentOf(night.at);
    return { from, until: from + night.lengthMs };
  }
  const { seconds }: Fault = faults[name];
  if (!seconds) return { from: momentOf(0), until: momentOf(lengthMs) };
  const windowMs = random.between(...seconds) * 1000;
  const from = random.between(0, Math.max(0, lengthMs - windowMs));
  return { from: momentOf(from), until: momentOf(Math.min(lengthMs, from + windowMs)) };
}
