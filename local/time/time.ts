import { type Clock, realClock, VirtualClock } from '../support/clock.ts';
import type { Journal } from '../support/journal.ts';
import { type ClockControl, controlOf } from './control.ts';
import { createWork, type Work } from './work.ts';

/** The time of Local AWS, and who moves it. */
export interface Time {
  readonly clock: Clock;
  /** Undefined where time is real. */
  readonly control: ClockControl | undefined;
  /** What a virtual clock waits for. */
  readonly work: Work;
}

export interface TimeOptions {
  readonly mode: 'real' | 'virtual';
  readonly journal: Journal;
  /** What goes on besides, see `WorkOptions`. */
  others(): Iterable<string>;
}

const nowKey = 'now';

/** A virtual clock begins at the machine's time, and goes on where it stood when it is started again. */
export function createTime({ mode, journal, others }: TimeOptions): Time {
  const work = createWork({ others });
  if (mode === 'real') return { clock: realClock, control: undefined, work };
  const kept = journal.table<number>('local.clock');
  const clock = new VirtualClock(kept.get(nowKey) ?? realClock.now(), {
    settle: () => work.settled(),
    moved: (nowMs) => kept.put(nowKey, nowMs),
  });
  return { clock, control: controlOf(clock, work), work };
}
