import type { Clock } from '../support/clock.ts';
import type { Buses } from './bus.ts';

/** What an action needs besides its input. */
export interface EventsContext {
  readonly buses: Buses;
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
}

export type Action = (input: Record<string, unknown>, context: EventsContext) => unknown;
