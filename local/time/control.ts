import { realClock, settleMicrotasks, type VirtualClock } from '../support/clock.ts';
import type { Work } from './work.ts';

/** What `GET /_local/clock` answers. */
export interface ClockState {
  readonly mode: 'real' | 'virtual';
  readonly nowMs: number;
  /** ISO 8601. */
  readonly now: string;
  /** How many timers wait; of a virtual clock only. */
  readonly timers?: number;
  /** When the next of them is due. */
  readonly nextTimer?: string;
  /** Up to when the clock jumps ahead by itself. */
  readonly autoAdvanceUntil?: string;
}

/** Moves a virtual clock: one movement after the other. */
export interface ClockControl {
  state(): ClockState;
  /** Resolves when all that fell due has been done and has come to rest. */
  advance(durationMs: number): Promise<void>;
  /** As `advance`; a moment that has passed changes nothing. */
  advanceTo(atMs: number): Promise<void>;
  /**
   * From now on the clock jumps to the next timer whenever nothing goes on, until `durationMs` of its time have
   * passed; 0 ends that.
   */
  autoAdvance(durationMs: number): void;
  stop(): void;
}

/** Nothing has gone on for this long, in real milliseconds: somebody who waits for an answer gets to ask again. */
const restMs = 15;

export function controlOf(clock: VirtualClock, work: Work): ClockControl {
  let last: Promise<void> = Promise.resolve();
  let autoUntilMs: number | undefined;
  let running = false;

  const inTurn = (move: () => Promise<void>) => {
    last = last.then(move, move);
    return last;
  };
  const advanceTo = (atMs: number) => inTurn(() => clock.advance(Math.max(0, atMs - clock.now())));
  const jump = async (): Promise<void> => {
    await rest();
    const next = clock.nextMs();
    if (autoUntilMs === undefined || !work.isIdle()) return;
    await advanceTo(Math.min(next ?? autoUntilMs, autoUntilMs));
    if (clock.now() >= autoUntilMs) autoUntilMs = undefined;
  };
  const run = async () => {
    running = true;
    while (autoUntilMs !== undefined) await jump();
    running = false;
  };
  return {
    state: () => ({
      mode: 'virtual',
      nowMs: clock.now(),
      now: iso(clock.now()),
      timers: clock.pending,
      ...(clock.nextMs() === undefined ? {} : { nextTimer: iso(clock.nextMs() ?? 0) }),
      ...(autoUntilMs === undefined ? {} : { autoAdvanceUntil: iso(autoUntilMs) }),
    }),
    advance: (durationMs) => inTurn(() => clock.advance(durationMs)),
    advanceTo,
    autoAdvance(durationMs) {
      autoUntilMs = durationMs > 0 ? clock.now() + durationMs : undefined;
      if (!running && autoUntilMs !== undefined) void run();
    },
    stop() {
      autoUntilMs = undefined;
    },
  };
}

const rest = async () => {
  await new Promise<void>((resolve) => void realClock.after(restMs, resolve));
  await settleMicrotasks();
};

const iso = (atMs: number): string => new Date(atMs).toISOString();
