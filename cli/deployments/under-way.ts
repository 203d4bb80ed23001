import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { allServices, resolveService } from '../services/resolve.ts';
import { looksLikeDeployment, requireDeploymentId } from './id.ts';

/**
 * The deployment that a person means by its id, by its service, or by nothing where only one is under way. Throws a
 * `Failure` that says what there is.
 */
export async function resolveDeployment(context: Context, said: string | undefined): Promise<string> {
  if (said === undefined) return onlyOne(context);
  if (looksLikeDeployment(said)) return requireDeploymentId(said);
  const { client, environment } = context;
  const name = await resolveService(context, said);
  const { deployment } = await client.getService({ environment, service: name });
  if (deployment !== undefined) return deployment;
  throw new Failure('conflict', `nothing is being deployed to ${name}`, { advice: `berth history ${name}` });
}

async function onlyOne(context: Context): Promise<string> {
  const underWay = (await allServices(context)).filter(({ deployment }) => deployment !== undefined);
  const [one, ...others] = underWay;
  if (one?.deployment === undefined)
    throw new Failure('conflict', `nothing is being deployed to ${context.environment}`, {
      advice: 'berth history SERVICE lists what was.',
    });
  if (others.length === 0) return one.deployment;
  throw new Failure('badInput', `several deployments are under way in ${context.environment}`, {
    advice: `Say which: ${underWay.map(({ service }) => service).join(', ')}.`,
  });
}
