import type { Store } from '../../../core/kernel/ports.ts';
import type { VirtualClock } from '../../../local/support/clock.ts';
import type { FaultName, Weather } from '../faults.ts';
import type { Random } from '../random.ts';

/** What a process works with, all of it disturbed by the weather. */
export interface Surroundings {
  readonly clock: VirtualClock;
  readonly weather: Weather;
  readonly random: Random;
  trace(line: string): void;
}

export type Ending = 'done' | 'failed' | 'died';

/** Clocks of two processes are at most twice this far apart. */
export const maxSkewMs = 2_000;

const never = () => new Promise<never>(() => {});

/**
 * One instance of a function: it handles one message at a time and may die, freeze or be slow wherever it
 * reaches outside. What dies does not go on: the promise on which it waits is never kept.
 */
export class Process {
  readonly owner: string;
  readonly clock: { now(): number };
  readonly #around: Surroundings;
  isBusy = false;
  isAlive = true;
  #died: () => void = () => {};

  constructor(owner: string, around: Surroundings) {
    this.owner = owner;
    this.#around = around;
    const skewMs = around.weather.strikes('clocks are apart')
      ? around.random.between(-maxSkewMs, maxSkewMs)
      : 0;
    this.clock = { now: () => around.clock.now() + skewMs };
  }

  /** Runs one piece of work. Says what became of it as soon as that is known. */
  run(work: () => Promise<void>): Promise<Ending> {
    this.isBusy = true;
    return new Promise((resolve) => {
      const end = (ending: Ending) => {
        this.isBusy = false;
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
    if (weather.strikes('is frozen before a store operation')) await this.#freeze(operation);
    await this.#pass(random.between(1, 6));
    this.#refuse('the store refuses', 'InternalServerError', 'the store refuses', 500, operation);
    const answer = await act();
    if (weather.strikes('dies after a store operation')) this.die(`dies after ${operation}`);
    if (!this.isAlive) return never();
    this.#refuse('the answer of the store is lost', 'TimeoutError', 'no answer', undefined, operation);
    return answer;
  }

  /**
   * A call of AWS. It freezes before reads only: of a write that is under way already, nobody can tell ECS that it
   * was overtaken.
   */
  async call<Answer>(name: string, isEcs: boolean, act: () => Answer): Promise<Answer> {
    const { weather, random } = this.#around;
    if (weather.strikes('dies before a call')) this.die(`dies before ${name}`);
    if (name.startsWith('Describe') && weather.strikes('is frozen before a read')) await this.#freeze(name);
    await this.#pass(weather.strikes('is slow') ? random.between(1_000, 5_000) : random.between(4, 40));
    this.#refuse('throttled: ThrottlingException', 'ThrottlingException', 'Rate exceeded', 400, name);
    this.#refuse('a call fails with a 5xx', 'ServerException', 'Service failed', 500, name);
    if (isEcs) this.#refuseAsEcs(name);
    const answer = act();
    if (weather.strikes('dies after a call')) this.die(`dies after ${name}`);
    if (!this.isAlive) return never();
    this.#refuse('the answer of a call is lost', 'TimeoutError', 'socket hang up', undefined, name);
    return answer;
  }

  #refuseAsEcs(name: string): void {
    const disguised = 'InvalidParameterException';
    this.#refuse('throttled: InvalidParameterException', disguised, 'Rate exceeded', 400, name);
    const attempts = 'Too many concurrent attempts to perform this action';
    this.#refuse('throttled: ClientException', 'ClientException', attempts, 400, name);
    this.#refuse('ECS is unavailable', 'ServiceUnavailable', 'Service Unavailable', 503, name);
  }

  #refuse(fault: FaultName, name: string, message: string, status: number | undefined, what: string): void {
    if (!this.#around.weather.strikes(fault)) return;
    this.#around.trace(`${this.owner} ${what}: ${fault}`);
    throw awsError(name, message, status);
  }

  async #freeze(operation: string): Promise<void> {
    const ms = this.#around.random.between(11_000, 50_000);
    this.#around.trace(`${this.owner} is frozen for ${ms} ms before ${operation}`);
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
    commit: (item, revision) => process.store('commit', () => store.commit(item, revision)),
    due: (now, limit) => process.store('due', () => store.due(now, limit)),
    put: (record, condition) => process.store('put', () => store.put(record, condition)),
    get: (key) => process.store('get', () => store.get(key)),
    query: (query) => process.store('query', () => store.query(query)),
  };
}
