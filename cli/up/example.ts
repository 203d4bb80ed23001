import { join } from 'node:path';
import type { Context } from '../context.ts';
import { follow } from '../deployments/follow.ts';
import { tell } from '../deployments/report.ts';
import { startDeployments } from '../deployments/start.ts';
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
