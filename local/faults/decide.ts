import type { ActiveFault, Fault, FaultKind } from './model.ts';

/** What faults do to an event, a call or a task. Pure: the same faults over the same things strike the same. */

/** What a fault may strike, as far as its filters ask. */
export interface Subject {
  readonly service?: string | undefined;
  readonly action?: string | undefined;
  readonly detailType?: string | undefined;
  /** Name or ARN. */
  readonly cluster?: string | undefined;
  /** Id or ARN. */
  readonly task?: string | undefined;
}

/** Whether it can strike yet, at `nowMs`. */
export function isActive({ fault, addedMs, strikes }: ActiveFault, nowMs: number): boolean {
  if (fault.count !== undefined && strikes >= fault.count) return false;
  return fault.forSeconds === undefined || nowMs < addedMs + fault.forSeconds * 1000;
}

/** Whether its filters mean the subject; a filter that the fault does not have means all. */
export function means(fault: Fault, subject: Subject): boolean {
  const filters = fault as Subject;
  return (
    isSame(filters.service, subject.service) &&
    isSame(filters.action, subject.action) &&
    isSame(filters.detailType, subject.detailType) &&
    isSame(lastPart(filters.cluster), lastPart(subject.cluster)) &&
    isSame(lastPart(filters.task), lastPart(subject.task))
  );
}

const isSame = (wanted: string | undefined, found: string | undefined) =>
  wanted === undefined || wanted === found;

const lastPart = (name: string | undefined) => name?.slice(name.lastIndexOf('/') + 1);

/** The next random number from 0 up to 1, and where the sequence stands then (mulberry32). */
export function draw(random: number): { readonly value: number; readonly random: number } {
  const next = (random + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(next ^ (next >>> 15), next | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return { value: ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296, random: next };
}

/** One fault's chance at a subject: how it stands afterwards, and whether it struck. */
export function attempt<F extends Fault>(
  active: ActiveFault<F>,
  subject: Subject,
  nowMs: number,
): { readonly after: ActiveFault<F>; readonly struck: boolean } {
  if (!isActive(active, nowMs) || !means(active.fault, subject)) return { after: active, struck: false };
  const { value, random } = draw(active.random);
  const struck = value < (active.fault.probability ?? 1);
  return { after: { ...active, random, strikes: active.strikes + (struck ? 1 : 0) }, struck };
}

export interface EventPlan {
  readonly faults: readonly ActiveFault[];
  /** When the event is delivered, in milliseconds from now, once for each number: none when it is lost. */
  readonly delaysMs: readonly number[];
  /** Kinds of the faults that struck. */
  readonly struck: readonly FaultKind[];
}

/** What becomes of an event; each fault works on what the one before it left. */
export function planEvent(faults: readonly ActiveFault[], subject: Subject, nowMs: number): EventPlan {
  const struckBy: FaultKind[] = [];
  let delaysMs: readonly number[] = [0];
  const after = faults.map((one) => {
    if (!isEventFault(one.fault) || delaysMs.length === 0) return one;
    const tried = attempt(one, subject, nowMs);
    if (!tried.struck) return tried.after;
    struckBy.push(one.fault.kind);
    const spread = disturb(one.fault, delaysMs, tried.after.random);
    delaysMs = spread.delaysMs;
    return { ...tried.after, random: spread.random };
  });
  return { faults: after, delaysMs, struck: struckBy };
}

const isEventFault = ({ kind }: Fault) => kind.startsWith('event-');
/** No fault makes more than this of one event. */
const mostDeliveries = 100;

function disturb(fault: Fault, delaysMs: readonly number[], seed: number) {
  let random = seed;
  const within = (seconds: number) => {
    const drawn = draw(random);
    random = drawn.random;
    return Math.round(drawn.value * seconds * 1000);
  };
  const plan = (): readonly number[] => {
    switch (fault.kind) {
      case 'event-lost':
        return [];
      case 'event-duplicated': {
        const copies = Array.from({ length: fault.copies ?? 1 });
        return delaysMs.flatMap((at) => [at, ...copies.map(() => at + within(fault.withinSeconds ?? 0))]);
      }
      case 'event-shuffled':
        return delaysMs.map((at) => at + within(fault.withinSeconds));
      case 'event-delayed':
        return delaysMs.map((at) => at + fault.delaySeconds * 1000);
      default:
        return delaysMs;
    }
  };
  return { delaysMs: plan().slice(0, mostDeliveries), random };
}

/** What is done to a call, in this order. */
export interface CallPlan {
  readonly faults: readonly ActiveFault[];
  readonly struck: readonly ActiveFault[];
}

const callKinds: readonly FaultKind[] = ['slow', 'throttled', 'server-error', 'answer-lost'];

/** Which faults strike a call; of those that end it only the first does. */
export function planCall(faults: readonly ActiveFault[], subject: Subject, nowMs: number): CallPlan {
  const struck: ActiveFault[] = [];
  const isOver = () => struck.some(({ fault }) => fault.kind !== 'slow');
  const after = faults.map((one) => {
    if (!callKinds.includes(one.fault.kind) || (one.fault.kind !== 'slow' && isOver())) return one;
    const tried = attempt(one, subject, nowMs);
    if (tried.struck) struck.push(tried.after);
    return tried.after;
  });
  return { faults: after, struck };
}
