import { join, relative } from 'node:path';
import type { Context } from '../context.ts';
import { follow } from '../deployments/follow.ts';
import { tell } from '../deployments/report.ts';
import { startDeployments } from '../deployments/start.ts';
import { Failure } from '../failure.ts';
import { loadManifest } from '../manifest/load.ts';
import { allServices } from '../services/resolve.ts';
import { shop } from './layout.ts';

/** Deploys the example if there is no service yet, and shows how it goes. */
export async function deployExample(context: Context): Promise<void> {
  if ((await allServices(context)).length > 0) return;
  const manifest = await loadManifest(join(shop, 'berth.yaml'));
  const started = await startDeployments(context, manifest, {
    services: manifest.services,
    whenBusy: 'supersede',
    message: 'the example, first release',
  });
  for (const one of started) if ('refusal' in one) throw one.refusal;
  const asked = started.flatMap((one) => ('deployment' in one ? [one.deployment] : []));
  for (const one of await follow(context, asked, {})) tell(context, one);
}

/** A release of the example, as it is named from where `up` was called. */
const manifestOf = (directory: string, release: string): string =>
  relative(directory, join(shop, `${release}.yaml`));

/** Commands to try next, in another terminal, that work as they are. */
export function nextCommands(context: Context, isDefaultApi: boolean): [command: string, meaning: string][] {
  const api = isDefaultApi ? '' : ` --api ${context.api}`;
  const deploy = (release: string) =>
    `npx berth deploy -f ${manifestOf(context.directory, release)} web --wait${api}`;
  return [
    [`npx berth status${api}`, 'what runs'],
    [deploy('v2'), 'a better release'],
    [deploy('crash'), 'one that crashes on start: it rolls back'],
    [`npx berth why shop-web${api}`, 'every decision, and its reason'],
    [`npx berth logs shop-web -f${api}`, 'what the tasks write'],
    [`npx berth rollback shop-web --wait${api}`, 'go back to the release before'],
  ];
}

/** What the services answer on, or nothing. */
export async function serviceUrls(context: Context): Promise<string[]> {
  return (await allServices(context)).flatMap(({ urls }) => urls);
}

/** Throws a `Failure` unless something answers at the URL. */
export async function requireAnswer(url: string): Promise<void> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch((error: unknown) => error);
  if (answer instanceof Response && answer.status < 500) return;
  throw new Failure('failed', `${url} does not answer`, {
    advice: 'berth tasks --all and berth logs tell more.',
  });
}
