import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

const shop = fileURLToPath(new URL('../../examples/shop', import.meta.url));

export const releases = ['berth', 'v2', 'crash', 'failing', 'never-healthy'] as const;
export type ShopRelease = (typeof releases)[number];

interface ShopManifest {
  services: { web: { listen: number; deploy: { timeout: string } } };
}

/**
 * Copies the example into `<directory>/shop`, with its web service on another port of the load balancer.
 * Answers the path of each release's manifest.
 */
export async function copyShop(
  directory: string,
  settings: { readonly listen: number; readonly timeout?: string },
): Promise<Readonly<Record<ShopRelease, string>>> {
  const to = join(directory, 'shop');
  await cp(shop, to, { recursive: true });
  for (const release of releases) await retarget(join(to, `${release}.yaml`), settings);
  return Object.fromEntries(releases.map((release) => [release, join(to, `${release}.yaml`)])) as Record<
    ShopRelease,
    string
  >;
}

async function retarget(
  file: string,
  { listen, timeout }: { readonly listen: number; readonly timeout?: string },
): Promise<void> {
  const manifest = parse(await readFile(file, 'utf8')) as ShopManifest;
  manifest.services.web.listen = listen;
  if (timeout !== undefined) manifest.services.web.deploy.timeout = timeout;
  await writeFile(file, stringify(manifest));
}
