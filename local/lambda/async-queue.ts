import { randomUUID } from 'node:crypto';
import { type Agenda, createAgenda } from '../support/agenda.ts';
import type { Clock } from '../support/clock.ts';
import type { Journal, Table } from '../support/journal.ts';
import { AwsError } from '../support/service.ts';
import type { Hosts } from './hosts.ts';
import type { InvocationResult, Invoker } from './invoker.ts';
import type { FunctionSettings } from './settings.ts';

export interface AsyncQueueDependencies {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly hosts: Hosts;
  readonly invoker: Invoker;
  /** What waits between the tries of a function that fails; AWS waits one minute, then two. */
  readonly retryDelaysMs: readonly number[];
  functionNamed(name: string): FunctionSettings | undefined;
  deadLetter(arn: string, payload: string, attributes: Readonly<Record<string, string>>): void;
  log(line: string): void;
}

interface AsyncInvocation {
  readonly id: string;
  readonly functionName: string;
  readonly payload: string;
  readonly acceptedMs: number;
  /** Tries that the function itself failed. */
  readonly failures: number;
  /** Tries that never came to a verdict, for the host was away or busy. */
  readonly interruptions: number;
  readonly dueMs: number;
}

const maximumPending = 10_000;
const maximumAgeMs = 6 * 3_600_000;
const maximumRunning = 20;
const longestBackoffMs = 300_000;

/** Lambda's queue of asynchronous invocations: durable, at least once, in no promised order. */
export class AsyncQueue {
  readonly #deps: AsyncQueueDependencies;
  readonly #pending: Table<AsyncInvocation>;
  readonly #agenda: Agenda;
  readonly #running = new Set<string>();

  constructor(deps: AsyncQueueDependencies) {
    this.#deps = deps;
    this.#pending = deps.journal.table('lambda.async');
    this.#agenda = createAgenda(deps.clock, (id) => this.#start(id));
    for (const { id, dueMs } of this.#pending.values()) this.#agenda.set(id, dueMs);
    deps.hosts.onArrival(() => this.#hurry());
  }

  /** Accepts an invocation; it is run soon, and again after failures. Throws when the queue is full. */
  accept(functionName: string, payload: string, id: string = randomUUID()): void {
    if (this.#pending.size >= maximumPending) {
      throw new AwsError('TooManyRequestsException', `${maximumPending} invocations wait already.`, 429);
    }
    const now = this.#deps.clock.now();
    this.#put({ id, functionName, payload, acceptedMs: now, failures: 0, interruptions: 0, dueMs: now });
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Forgets everything in memory; the journal was emptied before. */
  reset(): void {
    this.#agenda.clear();
    this.#running.clear();
  }

  #put(invocation: AsyncInvocation): void {
    this.#pending.put(invocation.id, invocation);
    this.#agenda.set(invocation.id, invocation.dueMs);
  }

  /** What a missing host held up need not sit out its back-off once there is one. */
  #hurry(): void {
    for (const { id, interruptions } of this.#pending.values()) {
      if (interruptions > 0 && this.#agenda.has(id)) this.#agenda.set(id, this.#deps.clock.now());
    }
  }

  #start(id: string): void {
    const invocation = this.#pending.get(id);
    if (!invocation) return;
    if (this.#running.size >= maximumRunning) {
      this.#agenda.set(id, this.#deps.clock.now() + 100);
      return;
    }
    this.#running.add(id);
    void this.#run(invocation).finally(() => this.#running.delete(id));
  }

  async #run(invocation: AsyncInvocation): Promise<void> {
    const settings = this.#deps.functionNamed(invocation.functionName);
    if (!settings) return this.#giveUp(invocation, undefined, 404, 'The function does not exist.');
    const result = await this.#deps.invoker.invoke({
      functionName: settings.name,
      requestId: invocation.id,
      payload: invocation.payload,
      timeoutMs: settings.timeoutSeconds * 1000 + 30_000,
      hostWaitMs: 0,
      repeatable: false,
    });
    if (this.#pending.has(invocation.id)) this.#conclude(invocation, settings, result);
  }

  #conclude(invocation: AsyncInvocation, settings: FunctionSettings, result: InvocationResult): void {
    const now = this.#deps.clock.now();
    if (result.state === 'succeeded') {
      this.#pending.delete(invocation.id);
    } else if (result.state === 'failed') {
      const delayMs = this.#deps.retryDelaysMs[invocation.failures];
      if (delayMs === undefined) this.#giveUp(invocation, settings, 200, result.payload);
      else this.#put({ ...invocation, failures: invocation.failures + 1, dueMs: now + delayMs });
    } else if (now - invocation.acceptedMs > maximumAgeMs) {
      this.#giveUp(invocation, settings, 500, `The function could not be run: ${result.state}.`);
    } else {
      const backoffMs = Math.min(longestBackoffMs, 1000 * 2 ** invocation.interruptions);
      this.#put({ ...invocation, interruptions: invocation.interruptions + 1, dueMs: now + backoffMs });
    }
  }

  #giveUp(
    invocation: AsyncInvocation,
    settings: FunctionSettings | undefined,
    status: number,
    message: string,
  ): void {
    this.#pending.delete(invocation.id);
    const { functionName, id, payload } = invocation;
    this.#deps.log(
      `${functionName}: the asynchronous invocation ${id} failed for good. ${message.slice(0, 500)}`,
    );
    if (settings?.deadLetterArn === undefined) return;
    this.#deps.deadLetter(settings.deadLetterArn, payload, {
      RequestID: id,
      ErrorCode: String(status),
      ErrorMessage: message.slice(0, 1024),
    });
  }
}
