import { ProblemError, UnreachableError } from '../core/contract/client.ts';
import type { Exit } from './exit.ts';
import { Failure } from './failure.ts';

const exitOfProblem: Readonly<Record<string, Exit>> = {
  'invalid-request': 'badInput',
  'method-not-allowed': 'badInput',
  'too-large': 'badInput',
  'unsupported-media-type': 'badInput',
  'not-found': 'notFound',
  conflict: 'conflict',
  'idempotency-conflict': 'conflict',
  throttled: 'unreachable',
  unavailable: 'unreachable',
};

/** Any error as the end that a person is told of. What nothing expected keeps its stack. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof ProblemError) {
    const { detail, errors, instance } = error.problem;
    const exit = exitOfProblem[error.kind] ?? 'unexpected';
    const advice =
      exit === 'unexpected' && instance ? `The API's log tells more under ${instance}.` : undefined;
    // A problem with one fault says the same in both places.
    const faults = errors?.filter((fault) => fault.detail !== detail) ?? [];
    return new Failure(exit, detail, { ...(advice && { advice }), faults });
  }
  if (error instanceof UnreachableError) {
    return new Failure('unreachable', error.message, {
      advice: 'Start it with `berth up`, or say where it is with --api or BERTH_API.',
    });
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Failure('unexpected', `berth failed: ${told}`);
}

/** Whether asking again may help: nobody answered, or what answered cannot at the moment. */
export function isPassing(error: unknown): boolean {
  if (error instanceof UnreachableError) return true;
  return error instanceof ProblemError && ['throttled', 'unavailable', 'internal'].includes(error.kind);
}
