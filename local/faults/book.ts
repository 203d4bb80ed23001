import { randomUUID } from 'node:crypto';
import type { Clock } from '../support/clock.ts';
import { AwsError } from '../support/service.ts';
import { type Buckets, take } from './buckets.ts';
import { attempt, type EventPlan, isActive, planCall, planEvent, type Subject } from './decide.ts';
import type { ActiveFault, Fault, FaultKind, FaultOf } from './model.ts';

/** A fault as `GET /_local/faults` shows it. */
export interface FaultView {
  readonly id: string;
  readonly fault: Fault;
  readonly state: 'active' | 'over';
  readonly strikes: number;
  /** ISO 8601. */
  readonly addedAt: string;
  readonly endsAt?: string;
}

const mostKept = 1000;

/** The faults that were asked for, in memory: whoever restarts Local AWS starts without any. */
export class FaultBook {
  readonly #clock: Clock;
  readonly #faults = new Map<string, ActiveFault>();
  #buckets: Buckets = {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds a fault that need not have an end. */
  keep(fault: Fault): void {
    const id = randomUUID();
    this.#faults.set(id, { id, fault, addedMs: this.#clock.now(), strikes: 0, random: fault.seed ?? 1 });
  }

  add(fault: Fault): FaultView {
    const now = this.#clock.now();
    if (this.#faults.size >= mostKept) this.#forgetOver(now);
    if (this.#faults.size >= mostKept)
      throw new AwsError('LimitExceededException', `There may be ${mostKept} faults at once.`);
    const active = { id: randomUUID(), fault, addedMs: now, strikes: 0, random: fault.seed ?? 1 };
    this.#faults.set(active.id, active);
    if (fault.kind === 'rate-limited') this.#buckets = {};
    return viewOf(active, now);
  }

  all(): readonly FaultView[] {
    return [...this.#faults.values()].map((one) => viewOf(one, this.#clock.now()));
  }

  get(id: string): ActiveFault | undefined {
    return this.#faults.get(id);
  }

  /** False when there is no such fault. */
  delete(id: string): boolean {
    return this.#faults.delete(id);
  }

  /** Token buckets are full again. */
  clear(): void {
    this.#buckets = {};
    this.#faults.clear();
  }

  /** The faults of a kind that are active, the oldest first. */
  active<Kind extends FaultKind>(kind: Kind): readonly ActiveFault<FaultOf<Kind>>[] {
    if (this.#faults.size === 0) return [];
    const now = this.#clock.now();
    return [...this.#faults.values()].filter(
      (one): one is ActiveFault<FaultOf<Kind>> => one.fault.kind === kind && isActive(one, now),
    );
  }

  /** Lets the faults of a kind try a subject, the oldest first; answers the first that struck. */
  strike<Kind extends FaultKind>(kind: Kind, subject: Subject): FaultOf<Kind> | undefined {
    for (const active of this.active(kind)) {
      const { after, struck } = attempt(active, subject, this.#clock.now());
      this.#faults.set(active.id, after);
      if (struck) return active.fault;
    }
    return undefined;
  }

  struck(id: string, times = 1): void {
    const before = this.#faults.get(id);
    if (before) this.#faults.set(id, { ...before, strikes: before.strikes + times });
  }

  /** What becomes of an event. */
  event(subject: Subject): Omit<EventPlan, 'faults'> {
    if (this.#faults.size === 0) return untouched;
    const plan = planEvent([...this.#faults.values()], subject, this.#clock.now());
    this.#keep(plan.faults);
    return plan;
  }

  /** The faults that strike a call. */
  call(subject: Subject): readonly ActiveFault[] {
    if (this.#faults.size === 0) return [];
    const plan = planCall([...this.#faults.values()], subject, this.#clock.now());
    this.#keep(plan.faults);
    return plan.struck;
  }

  /** Whether ECS's token buckets are empty for this call. */
  isRateLimited(action: string, input: Readonly<Record<string, unknown>>): boolean {
    const [limit] = this.active('rate-limited');
    if (!limit || (limit.fault.action !== undefined && limit.fault.action !== action)) return false;
    const taken = take(this.#buckets, { action, input }, this.#clock.now(), limit.fault.scale);
    this.#buckets = taken.buckets;
    if (taken.isThrottled) this.struck(limit.id);
    return taken.isThrottled;
  }

  #keep(faults: readonly ActiveFault[]): void {
    for (const one of faults) this.#faults.set(one.id, one);
  }

  #forgetOver(nowMs: number): void {
    for (const one of [...this.#faults.values()]) if (!isActive(one, nowMs)) this.#faults.delete(one.id);
  }
}

const untouched: Omit<EventPlan, 'faults'> = { delaysMs: [0], struck: [] };

function viewOf(active: ActiveFault, nowMs: number): FaultView {
  const { id, fault, addedMs, strikes } = active;
  const endsAt = fault.forSeconds === undefined ? undefined : addedMs + fault.forSeconds * 1000;
  return {
    id,
    fault,
    state: isActive(active, nowMs) ? 'active' : 'over',
    strikes,
    addedAt: new Date(addedMs).toISOString(),
    ...(endsAt === undefined ? {} : { endsAt: new Date(endsAt).toISOString() }),
  };
}
