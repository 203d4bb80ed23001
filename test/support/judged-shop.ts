import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import type { DeploymentView } from '../../core/contract/views.ts';
import { type Load, type LoadReport, startLoad } from './load.ts';
import type { CliResult } from './up.ts';

const shop = fileURLToPath(new URL('../../examples/shop', import.meta.url));

/** The judged manifests of the example: what is wrong with their releases stands in each. */
export type JudgedRelease =
  | 'judged'
  | 'judged-v2'
  | 'errors'
  | 'slow'
  | 'failing-worker'
  | 'dying-worker'
  | 'bad-migration';

/** Fields of a service in a manifest. */
export type Fields = Readonly<Record<string, unknown>>;

export interface JudgedShop {
  /** A service as a manifest of the example has it, with some fields changed; `environment` is added to. */
  service(release: JudgedRelease, name: 'web' | 'worker', changes: Fields): Promise<Fields>;
  /** Writes a manifest of these services, with the jobs of the example; its path. */
  manifest(name: string, services: Readonly<Record<string, Fields>>, jobs?: JudgedRelease): Promise<string>;
}

/**
 * Local AWS asks ten times as often as it says here; on a machine that is busy a start and an answer may take their time.
 * All of these releases become healthy, so nobody waits for the end of the grace.
 */
const patient = { path: '/healthz', interval: 10, timeout: 9, healthy: 2, unhealthy: 3, grace: '60s' };

interface Manifest {
  readonly jobs: Fields;
  readonly services: Readonly<Record<'web' | 'worker', Fields>>;
}

/** Copies the example into `<directory>/shop`, where manifests made from its own may be written. */
export async function judgedShop(directory: string): Promise<JudgedShop> {
  const to = join(directory, 'shop');
  await cp(shop, to, { recursive: true });
  const read = async (release: JudgedRelease) =>
    parse(await readFile(join(to, `${release}.yaml`), 'utf8')) as Manifest;
  return {
    async service(release, name, changes) {
      const original = (await read(release)).services[name];
      const environment = { ...(original.environment as Fields), ...(changes.environment as Fields) };
      const health = name === 'web' && { health: patient };
      return { ...original, ...health, ...changes, environment };
    },
    async manifest(name, services, jobs) {
      const file = join(to, `${name}.made.yaml`);
      const written = { app: 'shop', ...(jobs && { jobs: (await read(jobs)).jobs }), services };
      await writeFile(file, stringify(written));
      return file;
    },
  };
}

/** Who of the users was served by which release. */
export interface Served {
  readonly answers: number;
  readonly errors: number;
}

export interface Users extends Load {
  /** By the version that a release tells in `x-shop-version`. */
  served(version: string): Served;
}

const ratePerSecond = 100;

/** Users of a shop: a hundred requests a second, each a person's of his own. */
export function startUsers(listen: number): Users {
  const served = new Map<string, Served>();
  const load = startLoad({
    ...{ url: `http://127.0.0.1:${listen}/api/products`, ratePerSecond },
    heard: ({ status, headers }) => {
      const version = String(headers['x-shop-version']);
      const { answers, errors } = served.get(version) ?? nobody;
      served.set(version, { answers: answers + 1, errors: errors + (status >= 500 ? 1 : 0) });
    },
  });
  return { ...load, served: (version) => served.get(version) ?? nobody };
}

const nobody: Served = { answers: 0, errors: 0 };

/** Does some work while users come; answers what came of it and what they saw. */
export async function withUsers<Result>(
  listen: number,
  work: (users: Users) => Promise<Result>,
): Promise<{ readonly result: Result; readonly users: Users; readonly report: LoadReport }> {
  const users = startUsers(listen);
  try {
    const result = await work(users);
    return { result, users, report: await users.stop() };
  } finally {
    await users.stop();
  }
}

/** The one deployment that `berth … --wait --json` told of. */
export function deploymentOf({ stdout, stderr }: CliResult): DeploymentView {
  const told = JSON.parse(stdout || 'null') as { deployments?: DeploymentView[] } | null;
  const [deployment, ...others] = told?.deployments ?? [];
  if (!deployment || others.length > 0) throw new Error(`not one deployment: ${stdout} ${stderr}`);
  return deployment;
}
