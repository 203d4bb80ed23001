import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeploymentView } from '../../core/contract/views.ts';
import { startBerth, type TestBerth } from '../support/berth.ts';
import { startLoad } from '../support/load.ts';
import { freePorts } from '../support/ports.ts';
import { copyShop, type ShopRelease } from '../support/shop.ts';
import { killTask } from '../support/task-process.ts';
import { until } from '../support/until.ts';
import type { CliResult } from '../support/up.ts';

const ratePerSecond = 200;
const cluster = 'local';
const service = 'shop-web';

/** The main job, from the command line to real requests, on one runtime. */
export function mainJob(runtime: 'process' | 'docker', prepare: () => Promise<void> = async () => {}): void {
  let berth: TestBerth;
  let manifests: Readonly<Record<ShopRelease, string>>;
  let url: string;

  beforeAll(async () => {
    await prepare();
    berth = await startBerth({ runtime });
    const [listen = 0] = await freePorts(1);
    url = `http://127.0.0.1:${listen}/api/products`;
    manifests = await copyShop(berth.directory, { listen, graceSeconds: 3 });
    const first = await berth.cli('deploy', '-f', manifests.berth, '--wait', '--json');
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
  }, 180_000);
  afterAll(() => berth?.stop(), 90_000);

  /** Runs a command while requests come in, and answers what became of both. */
  async function underLoad(work: () => Promise<CliResult>) {
    const load = startLoad({ url, ratePerSecond });
    const result = await work();
    return { result, report: await load.stop() };
  }

  async function deploy(release: ShopRelease) {
    const { result, report } = await underLoad(() =>
      berth.cli('deploy', '-f', manifests[release], 'web', '--wait', '--json'),
    );
    return { result, report, deployment: only(result) };
  }

  const answered = async (): Promise<{ version: string }> =>
    (await fetch(url)).json() as Promise<{ version: string }>;

  test('the first release answers through the load balancer', async () => {
    expect(await answered()).toMatchObject({ version: 'v1' });
    const status = await berth.cli('status', 'web');
    expect(status).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/shop-web +v1 +2\/2 +steady/),
    });
  });

  test('v1 → v2 under load: no request fails, and what was asked for is what runs', async () => {
    const { result, report, deployment } = await deploy('v2');
    expect(result.exitCode).toBe(0);
    expect(deployment).toMatchObject({ verdict: 'succeeded', before: 1, release: 2 });
    expect(report.failures).toEqual([]);
    expect(report.failed).toBe(0);
    expect(report.requests / report.seconds).toBeGreaterThan(ratePerSecond * 0.9);
    expect(await answered()).toMatchObject({ version: 'v2' });
    expect(await runningImages(berth)).toEqual(['berth/shop:v2', 'berth/shop:v2']);
  });

  test('a task killed with SIGKILL is replaced, and recorded with its stop code and exit code', async () => {
    const [victim] = (await berth.client.listTasks({ environment: 'local', service })).items;
    await killTask(runtime, berth.directory, victim!.id);
    const tasks = await until('the replacement to run', async () => {
      const { items } = await berth.client.listTasks({
        environment: 'local',
        service,
        status: 'all',
        limit: 100,
      });
      const running = items.filter(({ status }) => status === 'RUNNING');
      return items.find(({ id }) => id === victim!.id)?.status === 'STOPPED' && running.length === 2 && items;
    });
    const killed = tasks.find(({ id }) => id === victim!.id);
    expect(killed).toMatchObject({
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      containers: [{ exitCode: 137 }],
    });
    const shown = await berth.cli('tasks', 'web', '--all');
    expect(shown.stdout).toMatch(
      new RegExp(`${victim!.id.slice(0, 8)}.*STOPPED.*EssentialContainerExited.*exit 137`),
    );
  });

  describe.each([
    { release: 'crash', text: /ERR_INVALID_URL|Invalid URL/, exitCode: 1 },
    { release: 'failing', text: /relation "products" does not exist/, exitCode: 0 },
    { release: 'never-healthy', text: /./, exitCode: undefined },
  ] as const)('the release that is $release', ({ release, text, exitCode }) => {
    test('is rolled back, says why, and nobody notices', async () => {
      const { result, report, deployment } = await deploy(release);
      expect(result.exitCode).toBe(3);
      expect(deployment).toMatchObject({
        verdict: 'rolled_back',
        before: 2,
        reason: expect.stringMatching(/v2/),
      });
      expect(deployment.cause?.task).toMatchObject({
        stopCode: expect.any(String),
        exitCode: exitCode ?? expect.any(Number),
      });
      expect(deployment.cause?.logTail?.join('\n')).toMatch(text);
      expect(report.failures).toEqual([]);
      expect(report.failed).toBe(0);
      expect(await answered()).toMatchObject({ version: 'v2' });
      expect(await runningImages(berth)).toEqual(['berth/shop:v2', 'berth/shop:v2']);
      await tellsWhy(deployment, text);
    }, 180_000);
  });

  async function tellsWhy(deployment: DeploymentView, text: RegExp): Promise<void> {
    const why = await berth.cli('why', deployment.id);
    expect(why.exitCode).toBe(0);
    expect(why.stdout).toMatch(text);
    const { items } = await berth.client.getDeploymentLedger({ id: deployment.id, limit: 100 });
    expect(items.at(-1)).toMatchObject({ to: 'rolled_back' });
    expect(items.every(({ reasons }) => reasons.length > 0)).toBe(true);
    expect(JSON.stringify(items)).toContain(JSON.stringify(deployment.cause?.text).slice(1, -1));
    const history = await berth.cli('history', 'web');
    expect(history.stdout).toMatch(new RegExp(`${deployment.id} +v2 → v\\d+ +rolled back`));
  }

  test('a roll-back that is asked for goes to the release before, under load', async () => {
    const { result, report } = await underLoad(() => berth.cli('rollback', 'web', '--wait', '--json'));
    expect(result.exitCode).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({ verdict: 'succeeded', kind: 'rollback', release: 1 });
    expect(report.failures).toEqual([]);
    expect(await answered()).toMatchObject({ version: 'v1' });
  });

  test('scaling and stopping are done when they are said to be', async () => {
    expect((await berth.cli('scale', 'web', '3', '--wait')).exitCode).toBe(0);
    expect(await runningImages(berth)).toHaveLength(3);
    expect((await berth.cli('stop', 'worker', '--wait')).exitCode).toBe(0);
    expect((await berth.cli('status', 'worker', '--json')).stdout).toContain('"running":0');
  });

  test('the same key and manifest is the same deployment; what cannot be done says so by its exit code', async () => {
    const ask = (release: ShopRelease) =>
      berth.cli('deploy', '-f', manifests[release], 'web', '--key', 'build-7', '--json');
    const [first, again, other] = [await ask('berth'), await ask('berth'), await ask('v2')];
    expect(only(again).id).toBe(only(first).id);
    expect(other.exitCode).toBe(9);
    const codes = await Promise.all([
      berth.cli('status', 'nobody'),
      berth.cli('why', 'dep_00000000000000000000000000'),
      berth.cli('rollback', 'web', '--to', '99'),
      berth.cli('logs', 'web', '--task', 'ffffffff'),
    ]);
    expect(codes.map(({ exitCode }) => exitCode)).toEqual([6, 6, 2, 6]);
    for (const { stdout, stderr } of codes) {
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^✖ /);
    }
  });

  test('logs are there for every task, also of those that are gone', async () => {
    const logs = await berth.cli('logs', 'web', '--filter', 'Invalid URL', '--json');
    expect(logs.exitCode).toBe(0);
    const { items } = JSON.parse(logs.stdout) as { items: { task: string; message: string }[] };
    expect(items.length).toBeGreaterThan(0);
    expect(items.every(({ message }) => message.includes('Invalid URL'))).toBe(true);
  });
}

function only(result: CliResult): DeploymentView {
  const { deployments } = JSON.parse(result.stdout) as { deployments: DeploymentView[] };
  expect(deployments).toHaveLength(1);
  return deployments[0]!;
}

/** The image of each running task, as ECS itself tells it; all of them of the definition that is wanted. */
async function runningImages({ clients: { ecs } }: TestBerth): Promise<(string | undefined)[]> {
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  const { taskArns } = await ecs.send(
    new ListTasksCommand({ cluster, serviceName: service, desiredStatus: 'RUNNING' }),
  );
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
  const definitions = [...new Set(tasks.map(({ taskDefinitionArn }) => taskDefinitionArn))];
  expect(definitions).toEqual([services?.[0]?.taskDefinition]);
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: definitions[0] }),
  );
  return tasks.map(() => taskDefinition?.containerDefinitions?.[0]?.image);
}
