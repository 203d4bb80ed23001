import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApplicationView } from '../../core/contract/application-views.ts';
import type { DeploymentView } from '../../core/contract/views.ts';
import { startBerth, type TestBerth } from '../support/berth.ts';
import { until } from '../support/until.ts';
import type { CliResult } from '../support/up.ts';

/* Three services of one manifest, and jobs before them, from the command line to processes of this machine. */

let berth: TestBerth;

beforeAll(async () => {
  berth = await startBerth();
}, 120_000);
afterAll(() => berth?.stop(), 90_000);

const runsFor = (version: number) => `setInterval(() => console.log("version ${version}"), 1000)`;
/** At once: a task that has run for half a second is taken for steady here, and on a busy machine Node takes longer. */
const crashes = ['sh', '-c', 'echo "there is no such setting" >&2; exit 1'];

interface Release {
  readonly version: number;
  readonly web?: readonly string[];
  readonly migration?: string;
  /** Somebody has to approve the web service first. */
  readonly isGated?: boolean;
}

async function manifestOf({ version, web, migration, isGated = false }: Release): Promise<string> {
  const run = (program: string) => ['node', '-e', program];
  const manifest = {
    app: 'shop',
    jobs: { migrate: { command: run(migration ?? `console.log("moved to ${version}")`), timeout: '1m' } },
    services: {
      web: {
        run: web ?? run(runsFor(version)),
        needs: ['api'],
        ...(isGated && { deploy: { gates: { approval: true } } }),
      },
      api: { run: run(runsFor(version)), needs: ['db'] },
      db: { run: run(runsFor(version)), deploy: { before: ['migrate'] } },
    },
  };
  const file = join(berth.directory, `berth-${version}.yaml`);
  await writeFile(file, JSON.stringify(manifest));
  return file;
}

interface Told {
  readonly application: ApplicationView;
  readonly deployments: readonly DeploymentView[];
}

const told = ({ stdout }: CliResult) => JSON.parse(stdout) as Told;

const deploy = async (release: Release, ...more: string[]) =>
  berth.cli('deploy', '-f', await manifestOf(release), '--wait', ...more);

const running = async () =>
  Promise.all(
    ['db', 'api', 'web'].map(async (name) => {
      const service = await berth.client.getService({ environment: 'local', service: `shop-${name}` });
      return [name, service.release, service.live.running];
    }),
  );

test('services are deployed in the order in which they need each other, after their jobs', async () => {
  const result = await deploy({ version: 1 }, '--json');
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  const { application, deployments } = told(result);
  expect(application).toMatchObject({ verdict: 'succeeded', app: 'shop' });
  expect(deployments.map(({ name }) => name)).toEqual(['web', 'api', 'db']);
  const [web, api, db] = deployments.map(({ endedAt = '' }) => endedAt);
  expect([db, api, web]).toEqual([db, api, web].toSorted());
  const logs = await berth.cli('logs', 'db', '--filter', 'moved to 1');
  expect(logs.stdout).toContain('moved to 1');
}, 120_000);

test('three services roll back as one, and the failed one is named with its last words', async () => {
  const result = await deploy({ version: 2, web: crashes });
  expect(result.exitCode).toBe(3);
  expect(result.stdout).toMatch(/shop · rolled back in/);
  expect(result.stdout).toMatch(/there is no such setting/);
  expect(result.stdout).toMatch(/web was rolled back: .*api is back at v1; db is back at v1/);
  expect(await running()).toEqual([
    ['db', 1, 1],
    ['api', 1, 1],
    ['web', 1, 1],
  ]);
  const [id = ''] = /app_[0-9A-Z]{26}/.exec(result.stdout) ?? [];
  const why = await berth.cli('why', id);
  expect(why).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('api goes back to v1') });
}, 180_000);

test('a migration that fails stops the rest, before anything has moved', async () => {
  const migration = 'console.error("the table is locked"); process.exit(7)';
  const result = await deploy({ version: 3, migration }, '--json');
  expect(result.exitCode).toBe(4);
  const { application, deployments } = told(result);
  expect(application).toMatchObject({
    verdict: 'failed',
    cause: { service: 'db' },
    services: [
      { state: 'waiting' },
      { state: 'waiting' },
      { name: 'db', state: 'failed', back: { is: 'left' } },
    ],
  });
  expect(application.reason).toMatch(/^db failed: .*migrate.*code 7.*web, api never began$/);
  expect(JSON.stringify(deployments)).toContain('the table is locked');
  expect((await running()).map(([, release]) => release)).toEqual([1, 1, 1]);
}, 120_000);

/** A lease of somebody who was killed runs out, and the sweep finds what he told nobody of. */
const patienceMs = 90_000;

const untilIs = (id: string, what: string, holds: (application: ApplicationView) => boolean) =>
  until(
    `${id} to be ${what}`,
    async () => {
      const application = await berth.client.getApplication({ id }).catch(() => undefined);
      return application && holds(application) && application;
    },
    patienceMs,
  );

const stateOf = ({ services }: ApplicationView, name: string) =>
  services.find((part) => part.name === name)?.state;

test('a person ends it, and what it has done goes back', async () => {
  const file = await manifestOf({ version: 4, isGated: true });
  const { id } = told(await berth.cli('deploy', '-f', file, '--json')).application;
  await untilIs(id, 'at its gate', (application) => stateOf(application, 'web') === 'deploying');
  const result = await berth.cli('abort', id, '--reason', 'wrong branch', '--wait', '--json');
  const { application } = told(result);
  expect(application).toMatchObject({ verdict: 'cancelled', cause: { code: 'cancelled' } });
  expect(application.reason).toMatch(/: wrong branch; .*api is back at v1; db is back at v1$/);
  expect((await running()).map(([, release]) => release)).toEqual([1, 1, 1]);
}, 180_000);

test('the host may be killed at any moment', async () => {
  const file = await manifestOf({ version: 5, web: crashes });
  const { id } = told(await berth.cli('deploy', '-f', file, '--json')).application;
  const moments: [string, (application: ApplicationView) => boolean][] = [
    ['at its first service', (application) => stateOf(application, 'db') === 'deploying'],
    ['at its second', (application) => stateOf(application, 'db') === 'succeeded'],
    ['at its third', (application) => stateOf(application, 'api') === 'succeeded'],
    ['on its way back', ({ phase }) => phase === 'rolling_back'],
  ];
  for (const [what, holds] of moments) {
    await untilIs(id, what, (application) => holds(application) || application.phase === 'ended');
    await berth.killHost();
    await berth.untilUp();
  }
  const application = await untilIs(id, 'ended', ({ phase }) => phase === 'ended');
  expect(application).toMatchObject({ verdict: 'rolled_back', cause: { service: 'web' } });
  expect((await running()).map(([, release]) => release)).toEqual([1, 1, 1]);
}, 500_000);
