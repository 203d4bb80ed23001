import { applicationId } from '../../core/contract/names.ts';
import { parse } from '../../core/contract/parse.ts';
import { Failure } from '../failure.ts';

/** Whether a person means an application's deployment. */
export const looksLikeApplication = (said: string): boolean => said.startsWith('app_');

/** Throws a `Failure` for what cannot be the id of an application. */
export function requireApplicationId(said: string): string {
  const parsed = parse(applicationId, said);
  if (parsed.ok) return parsed.value;
  throw new Failure(
    'badInput',
    `"${said}" ${parsed.errors[0]?.detail ?? 'is not the id of an application'}`,
    {
      advice: 'berth deploy tells it.',
    },
  );
}
