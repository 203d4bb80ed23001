import type { Clock } from '../support/clock.ts';
import { AnswerLost, AwsError } from '../support/service.ts';
import { createRing } from './ring.ts';
import { summaryOf } from './summary.ts';

/** A call of a service: who, what, when, and what came of it. */
export interface CallRecord {
  /** Rises by one with every call and every event. */
  readonly sequence: number;
  /** By Local AWS's clock. */
  readonly atMs: number;
  readonly service: string;
  readonly action: string;
  readonly accessKeyId?: string;
  /** Whose access key it is, where it is one of the topology's functions. */
  readonly function?: string;
  /** The input, cut to a glance. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly outcome: CallOutcome;
  /** In real milliseconds, once it is over. */
  readonly durationMs?: number;
  /** Kinds of the faults that struck it. */
  readonly faults?: readonly string[];
}

export type CallOutcome =
  | { readonly state: 'running' }
  | { readonly state: 'succeeded' }
  | { readonly state: 'answer-lost' }
  | { readonly state: 'refused'; readonly code: string; readonly message: string };

export interface NewCall {
  readonly service: string;
  readonly action: string;
  readonly accessKeyId: string | undefined;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface CallFilter {
  readonly service?: string | undefined;
  readonly action?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly function?: string | undefined;
  readonly sinceMs?: number | undefined;
  /** The newest so many. */
  readonly limit?: number | undefined;
}

export interface CallLog {
  /** Performs a call and notes what comes of it; `told` is to be called with the faults that strike it. */
  record(
    call: NewCall,
    perform: (told: (faults: readonly string[]) => void) => unknown,
    /** Finds a refusal in what `perform` answers without throwing. */
    refusalIn?: (output: unknown) => Refusal | undefined,
  ): unknown;
  find(filter: CallFilter): readonly CallRecord[];
  /** The last one that is kept no more. */
  lost(): CallRecord | undefined;
  clear(): void;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

interface Entry {
  record: CallRecord;
}

/** No action has a longer name; what is no action must not fill the memory. */
const longestAction = 64;
const mostKept = 20_000;

export interface CallLogDependencies {
  readonly clock: Clock;
  readonly capacity?: number;
  functionOf(accessKeyId: string): string | undefined;
  nextSequence(): number;
}

export function createCallLog(deps: CallLogDependencies): CallLog {
  const { clock, functionOf, nextSequence, capacity = mostKept } = deps;
  const ring = createRing<Entry>(capacity);
  const begun = ({ service, action, accessKeyId, input }: NewCall): Entry => {
    const name = accessKeyId === undefined ? undefined : functionOf(accessKeyId);
    const record: CallRecord = {
      sequence: nextSequence(),
      atMs: clock.now(),
      service,
      action: action.slice(0, longestAction),
      ...(accessKeyId === undefined ? {} : { accessKeyId }),
      ...(name === undefined ? {} : { function: name }),
      input: summaryOf(input),
      outcome: { state: 'running' },
    };
    return { record };
  };
  return {
    record(call, perform, refusalIn = () => undefined) {
      const entry = begun(call);
      ring.add(entry);
      const startMs = performance.now();
      const over = (outcome: CallOutcome) => {
        const durationMs = Math.round((performance.now() - startMs) * 1000) / 1000;
        entry.record = { ...entry.record, outcome, durationMs };
      };
      const answered = (output: unknown) => {
        const refusal = refusalIn(output);
        over(refusal ? { state: 'refused', ...refusal } : { state: 'succeeded' });
        return output;
      };
      const failed = (error: unknown): never => {
        over(failureOf(error));
        throw error;
      };
      try {
        const output = perform((faults) => {
          entry.record = { ...entry.record, faults };
        });
        return output instanceof Promise ? output.then(answered, failed) : answered(output);
      } catch (error) {
        return failed(error);
      }
    },
    find: (filter) =>
      ring.find(({ record }) => isMeant(filter, record), filter.limit).map(({ record }) => record),
    lost: () => ring.lost()?.record,
    clear: () => ring.clear(),
  };
}

function isMeant(filter: CallFilter, record: CallRecord): boolean {
  const { service, action, accessKeyId, function: name, sinceMs = 0 } = filter;
  return (
    record.atMs >= sinceMs &&
    (service === undefined || service === record.service) &&
    (action === undefined || action === record.action) &&
    (accessKeyId === undefined || accessKeyId === record.accessKeyId) &&
    (name === undefined || name === record.function)
  );
}

function failureOf(error: unknown): CallOutcome {
  if (error instanceof AnswerLost) return { state: 'answer-lost' };
  if (error instanceof AwsError)
    return { state: 'refused', code: error.code, message: error.message.slice(0, 300) };
  return { state: 'refused', code: 'InternalFailure', message: 'Local AWS failed on this request.' };
}
