import { randomUUID } from 'node:crypto';
import { type Agenda, createAgenda } from '../support/agenda.ts';
import type { Clock } from '../support/clock.ts';
import type { Journal, Table } from '../support/journal.ts';
import { type Delivery, DeliveryError, type Destinations, type EventWatch, type Target } from './model.ts';

export interface DeliveriesDependencies {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly destinations: Destinations;
  readonly watch: EventWatch;
  random(): number;
  log(line: string): void;
}

interface Told {
  readonly eventId: string;
  readonly payload: string;
}

const firstBackoffMs = 1000;
const longestBackoffMs = 600_000;

/**
 * Brings events to targets, each at least once. The first attempt happens within the call: a queue of this
 * machine then holds the event in the very write of the journal that recorded what the event tells of.
 */
export class Deliveries {
  readonly #deps: DeliveriesDependencies;
  readonly #pending: Table<Delivery>;
  readonly #agenda: Agenda;

  constructor(deps: DeliveriesDependencies) {
    this.#deps = deps;
    this.#pending = deps.journal.table('events.deliveries');
    this.#agenda = createAgenda(deps.clock, (id) => this.#retry(id));
    for (const delivery of this.#pending.values()) this.#agenda.set(delivery.id, delivery.dueMs);
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Delivers now, or `delayMs` later. */
  start(ruleArn: string, target: Target, { eventId, payload }: Told, delayMs: number): void {
    const acceptedMs = this.#deps.clock.now();
    const dueMs = acceptedMs + delayMs;
    const delivery = { id: randomUUID(), ruleArn, target, eventId, payload, acceptedMs, attempts: 0, dueMs };
    if (delayMs === 0) this.#attempt(delivery);
    else this.#keep(delivery);
  }

  /** Forgets everything in memory; the journal was emptied before. */
  reset(): void {
    this.#agenda.clear();
  }

  #retry(id: string): void {
    const delivery = this.#pending.get(id);
    if (delivery) this.#attempt(delivery);
  }

  #attempt(delivery: Delivery): void {
    try {
      this.#deps.destinations.deliver(delivery.target.arn, delivery.payload);
      this.#pending.delete(delivery.id);
      this.#deps.watch.delivered(delivery, 'delivered');
    } catch (thrown) {
      if (!(thrown instanceof DeliveryError)) throw thrown;
      this.#failed({ ...delivery, attempts: delivery.attempts + 1 }, thrown);
    }
  }

  #failed(delivery: Delivery, error: DeliveryError): void {
    const exhausted = error.retryable ? this.#exhausted(delivery) : 'NotRetryable';
    if (exhausted !== undefined) {
      this.#pending.delete(delivery.id);
      this.#giveUp(delivery, error, exhausted);
      return;
    }
    const backoffMs = Math.min(longestBackoffMs, firstBackoffMs * 2 ** (delivery.attempts - 1));
    const dueMs = this.#deps.clock.now() + backoffMs * (0.5 + this.#deps.random() / 2);
    this.#keep({ ...delivery, dueMs });
    this.#deps.watch.delivered(delivery, 'retrying', error.message);
  }

  #keep(delivery: Delivery): void {
    this.#pending.put(delivery.id, delivery);
    this.#agenda.set(delivery.id, delivery.dueMs);
  }

  #exhausted({ target, attempts, acceptedMs }: Delivery): string | undefined {
    if (attempts > target.maximumRetries) return 'MaximumRetryAttempts';
    const ageMs = this.#deps.clock.now() - acceptedMs;
    return ageMs >= target.maximumAgeSeconds * 1000 ? 'MaximumEventAgeInSeconds' : undefined;
  }

  #giveUp(delivery: Delivery, error: DeliveryError, exhausted: string): void {
    const { target, ruleArn, payload, attempts } = delivery;
    const why = `${ruleArn} to ${target.arn}: ${error.code}, ${error.message}`;
    if (target.deadLetterArn === undefined) {
      this.#deps.watch.delivered(delivery, 'dropped', error.message);
      this.#deps.log(`an event was dropped, for its target has no dead-letter queue. ${why}`);
      return;
    }
    try {
      this.#deps.destinations.deadLetter(target.deadLetterArn, payload, {
        RULE_ARN: ruleArn,
        TARGET_ARN: target.arn,
        ERROR_CODE: error.code,
        ERROR_MESSAGE: error.message,
        RETRY_ATTEMPTS: String(attempts - 1),
        ...(error.retryable ? { EXHAUSTED_RETRY_CONDITION: exhausted } : {}),
      });
      this.#deps.watch.delivered(delivery, 'dead-letter', error.message);
    } catch (thrown) {
      if (!(thrown instanceof DeliveryError)) throw thrown;
      this.#deps.watch.delivered(delivery, 'dropped', thrown.message);
      this.#deps.log(
        `an event was dropped, for its dead-letter queue refused it (${thrown.message}). ${why}`,
      );
    }
  }
}
