import { BerthError } from '../../../core/kernel/errors.ts';
import type { Store } from '../../../core/kernel/ports.ts';
import type { FaultName } from '../faults.ts';
import type { Random } from '../random.ts';
import type { Weather } from '../weather.ts';
import type { WorldClock } from './clock.ts';

/** What a process works with, all of it disturbed by the weather. */
export interface Surroundings {
  readonly clock: WorldClock;
  readonly weather: Weather;
  readonly random: Random;
  trace(line: string): void;
}

export type Ending = 'done' | 'failed' | 'died';

/** Clocks are at most this far from true time: as they are, and as bad as AWS still answers to whoever signs by it. */
const usualSkewMs = 2_000;
const greatestSkewMs = 300_000;

/** How far the clocks of two processes of a run may be apart. */
export const mostApartMs = (weather: Pick<Weather, 'has'>): number =>
  2 *
  (weather.has('clocks are minutes apart') || weather.has('a clock jumps back')
    ? greatestSkewMs
    : usualSkewMs);

/** So long a call takes that answers at all; the kernel counts on it for writes (`callMs` in core/kernel/settle.ts). */
const slowReadMs = 5_000;
const slowWriteMs = 1_900;

const never = () => new Promise<never>(() => {});

/**
 * One instance of a function: it handles one batch at a time and may die, freeze or be slow wherever it reaches
 * outside. What dies does not go on: the promise on which it waits is never kept.
 */
export class Process {
  readonly owner: string;
  readonly clock: { now(): number };
  readonly #around: Surroundings;
  isBusy = false;
  isAlive = true;
  #skewMs: number;
  #deadline = Number.POSITIVE_INFINITY;
  #died: () => void = () => {};

  constructor(owner: string, around: Surroundings) {
    this.owner = owner;
    this.#around = around;
    this.#skewMs = drawSkew(around);
    this.clock = { now: () => around.clock.now() + this.#skewMs };
  }

  /** Runs one piece of work, for so long at most. Says what became of it as soon as that is known. */
  run(work: () => Promise<void>, timeoutSeconds: number): Promise<Ending> {
    this.isBusy = true;
    this.#deadline = this.#around.clock.now() + timeoutSeconds * 1000;
    return new Promise((resolve) => {
      const watchdog = this.#watch();
      const end = (ending: Ending) => {
        this.isBusy = false;
        watchdog.cancel();
        resolve(ending);
      };
      this.#died = () => end('died');
      work().then(
        () => this.isAlive && end('done'),
        (error: unknown) => {
          if (!this.isAlive) return;
          this.#around.trace(`${this.owner} failed: ${wordsOf(error)}`);
          end('failed');
        },
      );
    });
  }

  die(because: string): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#around.trace(`${this.owner} ${because}`);
    this.#died();
  }

  /** An operation of the store: it takes a moment, and may not come back. */
  async store<Answer>(operation: string, act: () => Promise<Answer>): Promise<Answer> {
    const { weather, random } = this.#around;
    if (weather.strikes('dies before a store operation')) this.die(`dies before ${operation}`);
    if (weather.strikes('a clock jumps back')) this.#jumpBack();
    if (weather.strikes('is frozen before a store operation')) await this.#freeze(operation);
    if (weather.strikes('is frozen for minutes')) await this.#freeze(operation, 60_000, 300_000);
    await this.#pass(random.between(1, 6));
    this.#refuseStore('the store refuses', 'unavailable', operation);
    this.#refuseStore('the store throttles', 'throttled', operation);
    this.#refuseStore('the store is unavailable', 'unavailable', operation);
    const answer = await act();
    if (weather.strikes('dies after a store operation')) this.die(`dies after ${operation}`);
    if (!this.isAlive) return never();
    this.#refuseStore('the answer of the store is lost', 'unavailable', operation);
    return answer;
  }

  /** Whether the client sent a commit again that had been made already, and was told that it came too late. */
  isCommitTwice(): boolean {
    return this.#around.weather.strikes('a commit is told as lost');
  }

  /**
   * A call of AWS. It freezes before reads only: of a write that is under way already, nobody can tell ECS that it
   * was overtaken.
   */
  async call<Answer>(name: string, isEcs: boolean, act: () => Answer): Promise<Answer> {
    const { weather, random } = this.#around;
    if (weather.strikes('dies before a call')) this.die(`dies before ${name}`);
    if (!isWrite(name) && weather.strikes('is frozen before a read')) await this.#freeze(name);
    const slowMs = isWrite(name) ? slowWriteMs : slowReadMs;
    await this.#pass(weather.strikes('is slow') ? random.between(1_000, slowMs) : random.between(4, 40));
    if (weather.strikes('a call hangs until the time-out')) return this.#hang(name, act);
    this.#refuse('a connection is reset', 'TimeoutError', 'read ECONNRESET', undefined, name);
    this.#refuse('throttled: ThrottlingException', 'ThrottlingException', 'Rate exceeded', 400, name);
    this.#refuse('a call fails with a 5xx', 'ServerException', 'Service failed', 500, name);
    if (isEcs) this.#refuseAsEcs(name);
    const answer = act();
    if (weather.strikes('dies after a call')) this.die(`dies after ${name}`);
    if (!this.isAlive) return never();
    this.#refuse('the answer of a call is lost', 'TimeoutError', 'socket hang up', undefined, name);
    return answer;
  }

  #watch() {
    const { clock } = this.#around;
    const watchdog = { timer: clock.after(this.#deadline - clock.now(), look), cancel };
    const self = this;
    function look() {
      // What is frozen is frozen with its watchdog.
      const leftMs = self.#deadline - clock.now();
      if (leftMs <= 0) self.die('takes longer than its time-out');
      else watchdog.timer = clock.after(leftMs, look);
    }
    function cancel() {
      watchdog.timer.cancel();
    }
    return watchdog;
  }

  #hang<Answer>(name: string, act: () => Answer): Promise<Answer> {
    const isApplied = this.#around.random.chance(0.5);
    this.#around.trace(`${this.owner} ${name} hangs${isApplied ? ', and has its effect' : ''}`);
    try {
      if (isApplied) act();
    } catch {
      // Nobody hears of the refusal either.
    }
    return never();
  }

  #refuseAsEcs(name: string): void {
    const disguised = 'InvalidParameterException';
    const attempts = 'Too many concurrent attempts to perform this action';
    this.#refuse('throttled: InvalidParameterException', disguised, 'Rate exceeded', 400, name);
    this.#refuse('throttled: ClientException', 'ClientException', attempts, 400, name);
    if (this.#around.weather.endOf('a storm of throttles') !== undefined) {
      const [error, message] = this.#around.random.pick<readonly [string, string]>([
        ['ThrottlingException', 'Rate exceeded'],
        [disguised, 'Rate exceeded'],
        ['ClientException', attempts],
      ]);
      this.#refuse('a storm of throttles', error, message, 400, name);
    }
    const unavailable = 'ServiceUnavailable';
    this.#refuse('ECS is unavailable', unavailable, 'Service Unavailable', 503, name);
    const oneWay = isWrite(name) ? 'ECS refuses writes' : 'ECS refuses reads';
    this.#refuse(oneWay, unavailable, 'Service Unavailable', 503, name);
  }

  #refuse(fault: FaultName, name: string, message: string, status: number | undefined, what: string): void {
    if (!this.#around.weather.strikes(fault)) return;
    this.#around.trace(`${this.owner} ${what}: ${fault}`);
    throw awsError(name, message, status);
  }

  /** As the store on DynamoDB translates what DynamoDB says. */
  #refuseStore(fault: FaultName, kind: 'throttled' | 'unavailable', operation: string): void {
    if (!this.#around.weather.strikes(fault)) return;
    this.#around.trace(`${this.owner} ${operation}: ${fault}`);
    throw new BerthError(kind, fault);
  }

  #jumpBack(): void {
    const ms = this.#around.random.between(1_000, greatestSkewMs);
    this.#skewMs = Math.max(-greatestSkewMs, this.#skewMs - ms);
    this.#around.trace(`${this.owner} has its clock put back to ${this.#skewMs} ms from true time`);
  }

  async #freeze(operation: string, least = 11_000, most = 50_000): Promise<void> {
    const ms = this.#around.random.between(least, most);
    this.#around.trace(`${this.owner} is frozen for ${ms} ms before ${operation}`);
    this.#deadline += ms;
    await this.#pass(ms);
  }

  async #pass(ms: number): Promise<void> {
    if (!this.isAlive) return never();
    await new Promise<void>((resolve) => {
      this.#around.clock.after(ms, resolve);
    });
    if (!this.isAlive) return never();
  }
}

function drawSkew({ weather, random }: Surroundings): number {
  if (weather.strikes('clocks are minutes apart')) return random.between(-greatestSkewMs, greatestSkewMs);
  return weather.strikes('clocks are apart') ? random.between(-usualSkewMs, usualSkewMs) : 0;
}

export const isWrite = (action: string) =>
  /^(Create|Update|Delete|Register|Deregister|Modify|Run|Stop|Send)/.test(action);

/** An error as the SDK throws it; without a status it never had an answer. */
export function awsError(name: string, message: string, status: number | undefined): Error {
  const error = Object.assign(new Error(message), {
    $metadata: status === undefined ? {} : { httpStatusCode: status },
  });
  error.name = name;
  return error;
}

export const wordsOf = (error: unknown): string =>
  error instanceof AggregateError
    ? error.errors.map(wordsOf).join('; ')
    : error instanceof Error
      ? `${error.name}: ${error.message}`
      : String(error);

/** The store as one process reaches it. */
export function storeOf(process: Process, store: Store): Store {
  return {
    load: (ref) => process.store('load', () => store.load(ref)),
    async commit(item, revision) {
      const answer = await process.store('commit', () => store.commit(item, revision));
      return answer === 'committed' && process.isCommitTwice() ? 'lost' : answer;
    },
    due: (now, limit) => process.store('due', () => store.due(now, limit)),
    put: (record, condition) => process.store('put', () => store.put(record, condition)),
    get: (key) => process.store('get', () => store.get(key)),
    query: (query) => process.store('query', () => store.query(query)),
  };
}
