import type { QueueRecord } from '../../../functions/support/batch.ts';
import type { WorldClock } from './clock.ts';

/** What became of a batch: the ids of those that have to come again, or nothing where whoever took it died. */
export type Handled = { readonly failed: ReadonlySet<string> } | undefined;

interface Reader {
  readonly clock: WorldClock;
  readonly name: string;
  readonly batchSize: number;
  /** How many batches are handled at a time. */
  readonly maxConcurrency: number;
  readonly visibilitySeconds: number;
  readonly maxReceives: number;
  /** Takes a batch; undefined where nobody is there to take it. */
  take(records: readonly QueueRecord[]): Promise<Handled> | undefined;
  /** How long nobody will be there. */
  awayForMs(): number;
  dead(body: string): void;
}

interface Message {
  readonly id: string;
  readonly body: string;
  readonly receives: number;
}

/** What arrives within so long is taken as one batch. */
const gatherMs = 200;

/** A queue that delivers at least once: what was not handled within its visibility comes again. */
export class Queue {
  readonly #reader: Reader;
  #arrived: Message[] = [];
  #isGathering = false;
  #posted = 0;
  #underWay = 0;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  post(body: string, inMs: number): void {
    this.#arrive({ id: `${this.#reader.name}-${++this.#posted}`, body, receives: 1 }, inMs);
  }

  #arrive(message: Message, inMs: number): void {
    this.#reader.clock.after(inMs, () => {
      this.#arrived.push(message);
      if (this.#isGathering) return;
      this.#isGathering = true;
      this.#reader.clock.after(gatherMs, () => this.#deliver());
    });
  }

  #deliver(): void {
    this.#isGathering = false;
    const { batchSize, maxConcurrency } = this.#reader;
    while (this.#arrived.length > 0 && this.#underWay < maxConcurrency)
      this.#hand(this.#arrived.splice(0, batchSize));
  }

  #hand(batch: readonly Message[]): void {
    const { clock, take, visibilitySeconds, awayForMs } = this.#reader;
    const taken = take(batch.map(asRecord));
    if (!taken) {
      for (const message of batch) this.#arrive(message, awayForMs());
      return;
    }
    let handled: Handled;
    let isOver = false;
    this.#underWay++;
    const over = () => {
      if (isOver) return;
      isOver = true;
      this.#underWay--;
      if (!this.#isGathering) this.#deliver();
    };
    void taken.then((answer) => {
      handled = answer;
      over();
    });
    clock.after(visibilitySeconds * 1000, () => {
      for (const message of batch) if (!handled || handled.failed.has(message.id)) this.#again(message);
      over();
    });
  }

  #again({ id, body, receives }: Message): void {
    if (receives >= this.#reader.maxReceives) this.#reader.dead(body);
    else this.#arrive({ id, body, receives: receives + 1 }, 0);
  }
}

const asRecord = ({ id, body, receives }: Message): QueueRecord => ({
  messageId: id,
  body,
  attributes: { ApproximateReceiveCount: String(receives) },
});
