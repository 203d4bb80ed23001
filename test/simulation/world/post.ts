import type { ServiceEvent } from '../../../local/events/model.ts';
import type { Random } from '../random.ts';
import type { Weather } from '../weather.ts';
import type { WorldClock } from './clock.ts';
import { forged, poison, twin } from './letters.ts';
import type { Queue } from './queue.ts';

interface Office {
  readonly clock: WorldClock;
  readonly weather: Weather;
  readonly random: Random;
  /** Tells of a letter that can never be understood. */
  poisoned(body: string): void;
}

const dayMs = 24 * 3600_000;

/** EventBridge and its rule: what ECS tells goes into the queue, at least once and in any order. */
export class EventBus {
  readonly #office: Office;
  readonly #queue: Queue;
  /** Tasks of which nothing more is heard before they have stopped. */
  readonly #silent = new Set<string>();

  constructor(office: Office, queue: Queue) {
    this.#office = office;
    this.#queue = queue;
  }

  /** Of this task no event gets through any more but that it has stopped. */
  silence(taskArn: string): void {
    this.#silent.add(taskArn);
  }

  publish(event: ServiceEvent): void {
    const { weather, random } = this.#office;
    if (weather.strikes('an event is forged')) this.#send(JSON.stringify(forged(event, random)));
    if (weather.strikes('an event is poison')) this.#sendPoison(poison(event, random));
    if (weather.strikes('an event has another body than its twin')) this.#send(JSON.stringify(twin(event)));
    if (weather.strikes('an event is lost')) return;
    if (this.#silent.has(event.resources[0] ?? '') && event.detail.lastStatus !== 'STOPPED') return;
    const body = JSON.stringify(event);
    const copies = weather.strikes('an event comes twice') ? random.between(2, 3) : 1;
    for (let copy = 0; copy < copies; copy++) this.#send(body);
    if (weather.strikes('an event is handled twice at once')) this.#queue.post(body, this.#send(body));
  }

  #send(body: string): number {
    const { clock, weather, random } = this.#office;
    const heldUntil = weather.strikes('EventBridge holds events back')
      ? (weather.endOf('EventBridge holds events back') ?? 0)
      : 0;
    const lateMs = weather.strikes('an event is late') ? random.between(1_000, 120_000) : 0;
    const dayLateMs = weather.strikes('an event is a day late') ? dayMs : 0;
    const inMs = Math.max(0, heldUntil - clock.now()) + lateMs + dayLateMs + random.between(5, 300);
    this.#queue.post(body, inMs);
    return inMs;
  }

  #sendPoison(body: string): void {
    this.#office.poisoned(body);
    this.#queue.post(body, this.#office.random.between(5, 300));
  }
}

/** Who is to be looked at, and when: a hint, which may be lost. */
export function wakeUps({ weather, random, poisoned }: Office, queue: Queue) {
  return (body: string, delayMs: number): void => {
    if (weather.strikes('a wake-up is poison')) {
      const bad = random.pick(['{"kind":"ghost","id":"x"}', '{"id":"x"}', 'wake up', 'null']);
      poisoned(bad);
      queue.post(bad, random.between(5, 300));
    }
    if (weather.strikes('a wake-up is lost')) return;
    const copies = weather.strikes('a wake-up comes twice') ? random.between(2, 3) : 1;
    for (let copy = 0; copy < copies; copy++) {
      const extraMs = weather.strikes('a wake-up is late') ? random.between(1_000, 120_000) : 0;
      queue.post(body, delayMs + extraMs + random.between(5, 300));
    }
  };
}
