import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceView } from '../../core/contract/views.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { defaultManifest, loadManifest } from '../manifest/load.ts';
import { collect } from '../pages.ts';

const pageSize = 100;

/** The services of the context's environment, by name. */
export function allServices({ client, environment }: Context): Promise<ServiceView[]> {
  return collect((after) => client.listServices({ environment, limit: pageSize, after }));
}

/**
 * The service that a person means by `shop-web`, `shop/web`, or `web` where that is clear: from the manifest in
 * this directory, or because only one ends so. Throws a `Failure` that lists what there is.
 */
export async function resolveService(context: Context, said: string): Promise<string> {
  const known = (await allServices(context)).map(({ service }) => service);
  const name = said.replace('/', '-');
  if (known.includes(name)) return name;
  const app = await appHere(context.directory);
  if (app !== undefined && known.includes(`${app}-${name}`)) return `${app}-${name}`;
  return oneOf(
    known.filter((service) => service.endsWith(`-${name}`)),
    said,
    known,
    context.environment,
  );
}

function oneOf(
  matches: readonly string[],
  said: string,
  known: readonly string[],
  environment: string,
): string {
  const [match, ...others] = matches;
  if (match === undefined) {
    const there = known.length === 0 ? 'It has none yet: berth deploy' : `It has ${known.join(', ')}.`;
    throw new Failure('notFound', `environment ${environment} has no service "${said}"`, { advice: there });
  }
  if (others.length > 0) {
    throw new Failure('badInput', `"${said}" may be any of ${matches.join(', ')}`, {
      advice: 'Write the whole name.',
    });
  }
  return match;
}

async function appHere(directory: string): Promise<string | undefined> {
  const file = join(directory, defaultManifest);
  if (!existsSync(file)) return undefined;
  // A manifest with mistakes must not stop somebody who only wants to see a service.
  return loadManifest(file).then(
    ({ app }) => app,
    () => undefined,
  );
}
