import type { Random } from './random.ts';

/** Where a fault strikes: at a passage of a process, at a message, or all the time of its window. */
export type Place = 'store' | 'ecs' | 'ecs-read' | 'load-balancer' | 'call' | 'wake' | 'event' | 'window';

/** A way in which the world misbehaves, as data. `rate` is for each passage or message while it is on. */
export interface Fault {
  readonly place: Place;
  readonly rate: number;
  /** How long it is on at a time, in seconds; without it, as long as there are faults. */
  readonly seconds?: readonly [least: number, most: number];
}

/** Every fault there is. One more is one more line here, and one place that asks whether it strikes. */
export const faults = {
  'dies before a store operation': { place: 'store', rate: 0.004 },
  'dies after a store operation': { place: 'store', rate: 0.004 },
  'dies before a call': { place: 'call', rate: 0.01 },
  'dies after a call': { place: 'call', rate: 0.015 },
  'is frozen before a store operation': { place: 'store', rate: 0.005 },
  'is frozen before a read': { place: 'call', rate: 0.02 },
  'is slow': { place: 'call', rate: 0.03 },
  'the store refuses': { place: 'store', rate: 0.01 },
  'the answer of the store is lost': { place: 'store', rate: 0.01 },
  'the answer of a call is lost': { place: 'call', rate: 0.03 },
  'throttled: ThrottlingException': { place: 'call', rate: 0.03 },
  'throttled: InvalidParameterException': { place: 'ecs', rate: 0.03 },
  'throttled: ClientException': { place: 'ecs', rate: 0.03 },
  'a call fails with a 5xx': { place: 'call', rate: 0.03 },
  'ECS is unavailable': { place: 'window', rate: 1, seconds: [20, 150] },
  'a read of a service is stale': { place: 'ecs-read', rate: 0.3 },
  'an event is lost': { place: 'event', rate: 0.2 },
  'an event comes twice': { place: 'event', rate: 0.2 },
  'an event is late': { place: 'event', rate: 0.2 },
  'a wake-up is lost': { place: 'wake', rate: 0.2 },
  'a wake-up comes twice': { place: 'wake', rate: 0.2 },
  'a wake-up is late': { place: 'wake', rate: 0.2 },
  'Berth is away': { place: 'window', rate: 1, seconds: [20, 150] },
  'clocks are apart': { place: 'window', rate: 1 },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof faults;

export const faultNames = Object.keys(faults) as FaultName[];

interface Window {
  readonly from: number;
  readonly until: number;
}

/** The faults of one run. Each run has some of them, so that one does not always hide another. */
export interface Weather {
  /** Whether a fault strikes now; counts it where it does. */
  strikes(name: FaultName): boolean;
  /** Whether a fault of a window is on. */
  isOn(name: FaultName): boolean;
  readonly counts: ReadonlyMap<FaultName, number>;
  readonly active: readonly FaultName[];
}

export function drawWeather(random: Random, clock: { now(): number }, period: Window): Weather {
  const drawing = random.fork('weather');
  const share = drawing.pick([0, 0.15, 0.3, 0.5, 0.8]);
  const active = faultNames.filter(() => drawing.chance(share));
  const windows = new Map(active.map((name) => [name, windowOf(faults[name], period, drawing)]));
  const counts = new Map<FaultName, number>();
  const isOn = (name: FaultName) => {
    const window = windows.get(name);
    return window !== undefined && clock.now() >= window.from && clock.now() < window.until;
  };
  const strikes = (name: FaultName) => {
    if (!isOn(name) || !random.chance(faults[name].rate)) return false;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    return true;
  };
  return { isOn, strikes, counts, active };
}

function windowOf({ seconds }: Fault, period: Window, random: Random): Window {
  if (!seconds) return period;
  const lengthMs = random.between(...seconds) * 1000;
  const from = random.between(period.from, Math.max(period.from, period.until - lengthMs));
  return { from, until: Math.min(period.until, from + lengthMs) };
}
