import { deploymentId } from '../../core/contract/names.ts';
import { parse } from '../../core/contract/parse.ts';
import { Failure } from '../failure.ts';

/** Whether a person means a deployment, not a service. */
export const looksLikeDeployment = (said: string): boolean => said.startsWith('dep_');

/** Throws a `Failure` for what cannot be the id of a deployment. */
export function requireDeploymentId(said: string): string {
  const parsed = parse(deploymentId, said);
  if (parsed.ok) return parsed.value;
  throw new Failure('badInput', `"${said}" ${parsed.errors[0]?.detail ?? 'is not the id of a deployment'}`, {
    advice: 'berth history SERVICE lists them.',
  });
}
