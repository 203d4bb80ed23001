import { BerthError, errorKinds, LostRace } from '../kernel/errors.ts';
import type { ProblemView } from './views.ts';

export const problemMediaType = 'application/problem+json';
const problemBase = 'https://berth.dev/problems/';

/** What a caller is told of an error; of one that was not meant for callers, nothing but that it happened. */
export function problemOf(error: unknown, instance: string): ProblemView {
  const { kind, message, fields } = toldError(error);
  return {
    type: `${problemBase}${kind}`,
    ...errorKinds[kind],
    detail: message,
    instance,
    ...(fields.length > 0 && { errors: fields.map((field) => ({ ...field })) }),
  };
}

function toldError(error: unknown): BerthError {
  if (error instanceof BerthError) return error;
  if (error instanceof LostRace)
    return new BerthError('unavailable', 'Others keep changing this at the same time; ask again in a moment');
  return new BerthError('internal', 'Berth failed; its log tells more under the id of this request');
}

/** The last part of a problem's type: `not-found`. */
export const kindOf = (problem: Pick<ProblemView, 'type'>): string =>
  problem.type.slice(problem.type.lastIndexOf('/') + 1);
