/** Where a fault strikes: at a passage of a process, at a letter, at a task, or all the time of its window. */
export type Place =
  | 'process'
  | 'store'
  | 'index'
  | 'call'
  | 'ecs'
  | 'service-read'
  | 'task-read'
  | 'run-task'
  | 'event'
  | 'wake'
  | 'task'
  | 'hook'
  | 'webhook'
  | 'window';

/** The faults that a simulation of Berth has to know; docs/simulation.md says what each is. */
export type FaultNumber =
  `F${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 16 | 17 | 18 | 19 | 20}`;

/** A way in which the world misbehaves, as data. `rate` is for each passage, letter or task while it is on. */
export interface Fault {
  readonly is: readonly [FaultNumber, ...FaultNumber[]];
  readonly place: Place;
  readonly rate: number;
  /** How long it is on at a time, in seconds; without it, as long as there are faults. */
  readonly seconds?: readonly [least: number, most: number];
}

/** Every fault there is. One more is one more line here, and one place that asks whether it strikes. */
export const faults = {
  'dies before a store operation': { is: ['F1', 'F9'], place: 'store', rate: 0.004 },
  'dies after a store operation': { is: ['F1', 'F9'], place: 'store', rate: 0.004 },
  'dies before a call': { is: ['F1', 'F9'], place: 'call', rate: 0.01 },
  'dies after a call': { is: ['F1', 'F9'], place: 'call', rate: 0.015 },
  'is frozen before a store operation': { is: ['F9'], place: 'store', rate: 0.005 },
  'is frozen before a read': { is: ['F9'], place: 'call', rate: 0.02 },
  'is frozen for minutes': { is: ['F9'], place: 'store', rate: 0.002 },
  'clocks are apart': { is: ['F11'], place: 'process', rate: 1 },
  'clocks are minutes apart': { is: ['F11'], place: 'process', rate: 0.4 },
  'a clock jumps back': { is: ['F11'], place: 'store', rate: 0.004 },

  'the store refuses': { is: ['F10'], place: 'store', rate: 0.01 },
  'the store throttles': { is: ['F7', 'F10'], place: 'store', rate: 0.015 },
  'the store is unavailable': { is: ['F19'], place: 'window', rate: 1, seconds: [20, 120] },
  'the answer of the store is lost': { is: ['F2', 'F10'], place: 'store', rate: 0.01 },
  'a commit is told as lost': { is: ['F2', 'F10'], place: 'store', rate: 0.01 },
  'an index lags': { is: ['F10'], place: 'index', rate: 0.4 },

  'is slow': { is: ['F8'], place: 'call', rate: 0.03 },
  'a call hangs until the time-out': { is: ['F8'], place: 'call', rate: 0.008 },
  'a connection is reset': { is: ['F8'], place: 'call', rate: 0.02 },
  'a call fails with a 5xx': { is: ['F8'], place: 'call', rate: 0.03 },
  'the answer of a call is lost': { is: ['F2'], place: 'call', rate: 0.03 },
  'throttled: ThrottlingException': { is: ['F7'], place: 'call', rate: 0.03 },
  'throttled: InvalidParameterException': { is: ['F7'], place: 'ecs', rate: 0.03 },
  'throttled: ClientException': { is: ['F7'], place: 'ecs', rate: 0.03 },
  'a storm of throttles': { is: ['F7'], place: 'window', rate: 0.7, seconds: [10, 60] },
  'ECS is unavailable': { is: ['F19'], place: 'window', rate: 1, seconds: [20, 120] },
  'ECS refuses writes': { is: ['F19'], place: 'window', rate: 1, seconds: [20, 120] },
  'ECS refuses reads': { is: ['F19'], place: 'window', rate: 1, seconds: [20, 120] },

  'a read of a service is stale': { is: ['F6'], place: 'service-read', rate: 0.6 },
  'a read of a service deployment is stale': { is: ['F6'], place: 'service-read', rate: 0.3 },
  'a service is said to be missing': { is: ['F6'], place: 'service-read', rate: 0.15 },
  'a read is empty': { is: ['F6'], place: 'service-read', rate: 0.04 },
  'a task is said to be missing': { is: ['F6'], place: 'task-read', rate: 0.3 },
  'a list of tasks is empty': { is: ['F6'], place: 'task-read', rate: 0.3 },
  'RunTask answers with failures': { is: ['F5'], place: 'run-task', rate: 0.3 },

  'an event is lost': { is: ['F3'], place: 'event', rate: 0.2 },
  'an event comes twice': { is: ['F3'], place: 'event', rate: 0.2 },
  'an event is handled twice at once': { is: ['F3', 'F9'], place: 'event', rate: 0.1 },
  'an event is late': { is: ['F3'], place: 'event', rate: 0.2 },
  'an event is a day late': { is: ['F3'], place: 'event', rate: 0.05 },
  'an event has another body than its twin': { is: ['F3'], place: 'event', rate: 0.05 },
  'an event is forged': { is: ['F4'], place: 'event', rate: 0.06 },
  'an event is poison': { is: ['F17'], place: 'event', rate: 0.04 },
  'EventBridge holds events back': { is: ['F19'], place: 'window', rate: 1, seconds: [30, 150] },
  'a wake-up is lost': { is: ['F3'], place: 'wake', rate: 0.2 },
  'a wake-up comes twice': { is: ['F3'], place: 'wake', rate: 0.2 },
  'a wake-up is late': { is: ['F3'], place: 'wake', rate: 0.2 },
  'a wake-up is poison': { is: ['F17'], place: 'wake', rate: 0.02 },

  'a task dies in whatever state it is': { is: ['F13'], place: 'task', rate: 0.01 },
  'the hardware under a task fails': { is: ['F13'], place: 'task', rate: 0.004 },
  'a task is told of maintenance': { is: ['F13'], place: 'task', rate: 0.004 },
  'a task is stopped by hand': { is: ['F12', 'F13'], place: 'task', rate: 0.004 },
  'Spot takes a task back': { is: ['F14'], place: 'task', rate: 0.005 },
  'Spot takes a zone back': { is: ['F14'], place: 'task', rate: 0.0015 },
  'a task definition is deregistered': { is: ['F18'], place: 'call', rate: 0.08 },
  'a hook is called twice': { is: ['F16'], place: 'hook', rate: 0.6 },
  'a hook is called late': { is: ['F16'], place: 'hook', rate: 0.3 },
  'a hook is never called': { is: ['F16'], place: 'hook', rate: 0.08 },
  'the answer of a hook is lost': { is: ['F2', 'F16'], place: 'hook', rate: 0.08 },
  'a PAUSE hook is over within a minute': { is: ['F16'], place: 'hook', rate: 0.5 },
  'Berth is away': { is: ['F1', 'F19', 'F20'], place: 'window', rate: 1, seconds: [20, 120] },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof faults;

export const faultNames = Object.keys(faults) as FaultName[];
