import type { VirtualClock } from '../../../local/support/clock.ts';
import type { FaultName, Weather } from '../faults.ts';
import type { Random } from '../random.ts';
import type { Ending } from './process.ts';

interface Office<Letter> {
  readonly clock: VirtualClock;
  readonly weather: Weather;
  readonly random: Random;
  readonly lost: FaultName;
  readonly twice: FaultName;
  readonly late: FaultName;
  readonly batchSize: number;
  /** Takes a batch; undefined where nobody is there to take it. */
  take(letters: readonly Letter[]): Promise<Ending> | undefined;
}

/** As the queues of stacks/topology.ts. */
const visibilityMs = 60_000;
const maxReceives = 5;
/** What arrives within so long is taken as one batch. */
const gatherMs = 200;

/** A queue that delivers at least once, and worse where the weather is bad. */
export class Mail<Letter> {
  readonly #office: Office<Letter>;
  #arrived: { readonly letter: Letter; readonly receives: number }[] = [];
  #isGathering = false;
  /** How many letters are on their way or being handled. */
  open = 0;

  constructor(office: Office<Letter>) {
    this.#office = office;
  }

  post(letter: Letter, delayMs: number): void {
    const { weather, random, lost, twice, late } = this.#office;
    if (weather.strikes(lost)) return;
    const copies = weather.strikes(twice) ? random.between(2, 3) : 1;
    for (let copy = 0; copy < copies; copy++) {
      const extraMs = weather.strikes(late) ? random.between(1_000, 120_000) : 0;
      this.#arrive(letter, delayMs + extraMs + random.between(5, 300), 1);
    }
  }

  #arrive(letter: Letter, inMs: number, receives: number): void {
    this.open++;
    this.#office.clock.after(inMs, () => {
      this.#arrived.push({ letter, receives });
      if (this.#isGathering) return;
      this.#isGathering = true;
      this.#office.clock.after(gatherMs, () => this.#deliver());
    });
  }

  #deliver(): void {
    this.#isGathering = false;
    const { clock, batchSize, take } = this.#office;
    while (this.#arrived.length > 0) {
      const batch = this.#arrived.splice(0, batchSize);
      this.open -= batch.length;
      const taken = take(batch.map(({ letter }) => letter));
      let isHandled = false;
      void taken?.then((ending) => {
        isHandled = ending === 'done';
      });
      const again = () => {
        this.open -= batch.length;
        if (isHandled) return;
        for (const { letter, receives } of batch)
          if (receives < maxReceives) this.#arrive(letter, 0, receives + 1);
      };
      this.open += batch.length;
      clock.after(taken ? visibilityMs : 5_000, again);
    }
  }
}
