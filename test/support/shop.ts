import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

const shop = fileURLToPath(new URL('../../examples/shop', import.meta.url));

export const releases = ['berth', 'v2', 'crash', 'failing', 'never-healthy'] as const;
export type ShopRelease = (typeof releases)[number];

interface ShopManifest {
  services: { web: { listen: number; health: { grace?: number }; deploy: { timeout: string } } };
}

export interface ShopSettings {
  /** The web service's port on the load balancer. */
  readonly listen: number;
  readonly timeout?: string;
  /** How long bad health checks do not count. */
  readonly graceSeconds?: number;
}

/**
 * Copies the example into `<directory>/shop`, with its web service on another port of the load balancer.
 * Answers the path of each release's manifest.
 */
export async function copyShop(
  directory: string,
  settings: ShopSettings,
): Promise<Readonly<Record<ShopRelease, string>>> {
  const to = join(directory, 'shop');
  await cp(shop, to, { recursive: true });
  for (const release of releases) await retarget(join(to, `${release}.yaml`), settings);
  return Object.fromEntries(releases.map((release) => [release, join(to, `${release}.yaml`)])) as Record<
    ShopRelease,
    string
  >;
}

async function retarget(file: string, { listen, timeout, graceSeconds }: ShopSettings): Promise<void> {
  const manifest = parse(await readFile(file, 'utf8')) as ShopManifest;
  const { web } = manifest.services;
  web.listen = listen;
  if (timeout !== undefined) web.deploy.timeout = timeout;
  if (graceSeconds !== undefined) web.health.grace = graceSeconds;
  await writeFile(file, stringify(manifest));
}
