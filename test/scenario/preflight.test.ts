import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateServiceCommand,
  DescribeServicesCommand,
  type LoadBalancer,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateTargetGroupCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { AdoptionView, DeploymentView, DriftView, PlanView } from '../../core/contract/views.ts';
import { startBerth, type TestBerth } from '../support/berth.ts';
import { freePorts } from '../support/ports.ts';
import { until } from '../support/until.ts';

/* What is said before a deployment, and of what others do in ECS, by the CLI on Local AWS. */

const cluster = 'local';
const idle = ['node', '-e', 'setInterval(() => {}, 1000)'];

let berth: TestBerth;
beforeAll(async () => {
  berth = await startBerth({ runtime: 'process' });
  await mkdir(join(berth.directory, '.berth'), { recursive: true });
}, 180_000);
afterAll(() => berth?.stop(), 90_000);

/** Writes `<name>.yaml` with one service of the app `shop`. */
async function manifest(name: string, service: string, spec: object): Promise<string> {
  const file = join(berth.directory, `${name}.yaml`);
  await writeFile(file, stringify({ app: 'shop', services: { [service]: spec } }));
  return file;
}

const secrets = (all: object) =>
  writeFile(join(berth.directory, '.berth', 'secrets.json'), JSON.stringify(all));

async function cli<Answer>(...args: string[]) {
  const { exitCode, stdout } = await berth.cli(...args, '--json');
  return { exitCode, answer: JSON.parse(stdout) as Answer };
}

const planOf = async (...args: string[]) => {
  const { exitCode, answer } = await cli<{ plans: PlanView[] }>('plan', ...args);
  return { exitCode, plan: answer.plans[0]! };
};

test('a plan tells what a deployment comes to, before it and after it, and changes nothing', async () => {
  const file = await manifest('worker', 'worker', { run: idle, count: 1, environment: { LEVEL: 'info' } });
  const before = await planOf('-f', file, '--detailed-exitcode');
  expect(before).toMatchObject({ exitCode: 10, plan: { outcome: 'changes', release: 1, isNew: true } });
  expect((await berth.client.listServices({ environment: 'local' })).items).toEqual([]);

  expect((await berth.cli('deploy', '-f', file, '--wait')).exitCode).toBe(0);
  const after = await planOf('-f', file, '--detailed-exitcode');
  expect(after).toMatchObject({ exitCode: 0, plan: { outcome: 'nothing', changes: [], drift: [] } });

  const louder = await manifest('louder', 'worker', { run: idle, count: 1, environment: { LEVEL: 'debug' } });
  const next = await planOf('-f', louder);
  expect(next.exitCode).toBe(0);
  expect(next.plan.changes).toEqual([
    { path: 'release', from: 'v1', to: 'v2' },
    { path: 'environment.LEVEL', from: 'info', to: 'debug' },
  ]);
  const said = await berth.cli('plan', '-f', louder);
  expect(said.stdout).toMatch(/shop-worker v1 → v2 \(new\) · changes/);
  expect(said.stdout).toMatch(/~ environment\.LEVEL info → debug/);
});

test('verify finds a secret that is not there, and says what it cannot check', async () => {
  const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:shop/key-AbCdEf';
  const file = await manifest('secret', 'secret', { run: idle, secrets: { URL: 'shop/url', KEY: arn } });
  await secrets({ 'shop/url': 'postgres://…' });
  const missing = await cli<{ services: Pick<PlanView, 'checks'>[] }>('verify', '-f', file);
  expect(missing.exitCode).toBe(11);
  const results = missing.answer.services[0]!.checks.map(({ name, result }) => `${name} ${result}`);
  expect(results).toEqual(expect.arrayContaining(['secret ok', 'secret problem', 'image not_checked']));

  await secrets({ 'shop/url': 'postgres://…', 'shop/key-AbCdEf': 'not to be shown' });
  const there = await berth.cli('verify', '-f', file);
  expect(there.exitCode).toBe(0);
  expect(there.stdout).toContain('shop/url is in the Parameter Store');
  expect(there.stdout).not.toContain('not to be shown');
});

test('what somebody else made is refused, then taken over without one write to ECS', async () => {
  await makeByHand('shop-legacy');
  const file = await manifest('legacy', 'legacy', { run: idle, count: 1 });
  const refused = await berth.cli('deploy', '-f', file);
  expect(refused.exitCode).toBe(9);
  expect(refused.stderr).toContain('berth adopt shop-legacy');

  const sinceMs = Date.now();
  const asItWas = await described('shop-legacy');
  const { exitCode, answer } = await cli<AdoptionView>('adopt', 'shop-legacy');
  expect(exitCode).toBe(0);
  expect(answer).toMatchObject({ app: 'shop', name: 'legacy', release: 1, count: 1 });
  expect(answer.manifest).toMatchObject({ image: 'berth/legacy:1', cpu: 256, memory: 512 });

  // Long enough for whoever would be woken by it to have been.
  await until(
    'the adoption to have been looked at',
    async () =>
      (await berth.client.getServiceLedger({ environment: 'local', service: 'shop-legacy' })).items.length >
      0,
  );
  expect((await cli<{ items: DriftView[] }>('drift', 'legacy')).answer.items).toMatchObject([
    { state: 'none' },
  ]);
  expect(await described('shop-legacy')).toEqual(asItWas);
  expect(await ecsWritesSince(sinceMs)).toEqual([]);
  const status = await berth.cli('status', 'legacy');
  expect(status.stdout).toMatch(/shop-legacy +v1 +1\/1 +steady/);

  expect((await berth.cli('deploy', '-f', file, '--wait')).exitCode).toBe(0);
  const history = await cli<{ items: DeploymentView[] }>('history', 'legacy');
  expect(history.answer.items[0]).toMatchObject({ verdict: 'succeeded', before: 1, release: 2 });
});

test('what is taken over stays behind its load balancer through deployments and back, and answers', async () => {
  const { url, targetGroupArn } = await makeBalanced('shop-front');
  expect(await answered(url)).toBe('by hand');
  const { answer } = await cli<AdoptionView>('adopt', 'shop-front');
  expect(answer.manifest).toMatchObject({ port: 8080, listen: false });
  const spec = { ...answer.manifest, image: undefined, run: serve('by Berth'), count: 1 };
  const file = await manifest('front', 'front', spec);
  const deployed = await berth.cli('deploy', '-f', file, '--wait');
  expect(deployed).toMatchObject({ exitCode: 0 });
  expect(await answered(url)).toBe('by Berth');
  expect((await berth.cli('scale', 'front', '2', '--wait')).exitCode).toBe(0);
  expect(await balancersOf('shop-front')).toMatchObject([{ targetGroupArn, containerName: 'main' }]);

  const back = await berth.cli('rollback', 'front', '--wait');
  expect(back).toMatchObject({ exitCode: 0 });
  expect(await answered(url)).toBe('by hand');
  expect(await balancersOf('shop-front')).toMatchObject([{ targetGroupArn, containerName: 'app' }]);
  expect((await cli<{ items: DriftView[] }>('drift', 'front')).answer.items).toMatchObject([
    { state: 'none' },
  ]);
});

test('what somebody changes in ECS is found, put right, or taken over', async () => {
  const service = 'shop-worker';
  const drift = async () => {
    const { exitCode, answer } = await cli<{ items: DriftView[] }>('drift', 'worker');
    return { exitCode, drift: answer.items[0]! };
  };
  const { ecs } = berth.clients;
  const change = (more: object) => ecs.send(new UpdateServiceCommand({ cluster, service, ...more }));
  const steady = () => until('ECS to have moved it', async () => isSteady(await described(service)));

  await berth.cli('scale', 'worker', '2', '--wait');
  expect(await drift()).toMatchObject({ exitCode: 0, drift: { state: 'none' } });

  const byHand = await register(service);
  await change({ taskDefinition: byHand, desiredCount: 1 });
  await steady();
  const found = await drift();
  expect(found).toMatchObject({ exitCode: 10, drift: { state: 'drifted' } });
  expect(found.drift.items.map(({ what }) => what)).toEqual(['release', 'count']);

  const reverted = await cli<DeploymentView>('drift', 'worker', '--revert', '--wait');
  expect(reverted).toMatchObject({ exitCode: 0, answer: { verdict: 'succeeded', release: 1 } });
  expect(await drift()).toMatchObject({ exitCode: 0, drift: { state: 'none' } });
  expect(await described(service)).toMatchObject({ desiredCount: 2 });

  await change({ taskDefinition: byHand, desiredCount: 1 });
  await steady();
  const adopted = await cli<AdoptionView>('drift', 'worker', '--adopt');
  expect(adopted).toMatchObject({ exitCode: 0, answer: { release: 2, taskDefinition: byHand, count: 1 } });
  expect(await drift()).toMatchObject({ exitCode: 0, drift: { state: 'none', release: 2 } });
  expect((await berth.cli('drift', 'worker', '--adopt')).exitCode).toBe(9);
});

const answered = async (url: string) => (await fetch(url)).text();

const serve = (text: string) => [
  'node',
  '-e',
  `require('http').createServer((_, a) => a.end('${text}')).listen(process.env.PORT, process.env.HOST)`,
];

async function balancersOf(service: string) {
  const answer = await berth.clients.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  return answer.services?.[0]?.loadBalancers;
}

/** A service behind a target group and a listener that somebody made. */
async function makeBalanced(serviceName: string) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const balancers = new ElasticLoadBalancingV2Client({
    ...{ endpoint: berth.endpoint, region: 'us-east-1', credentials },
  });
  const [port = 0] = await freePorts(1);
  const { LoadBalancers } = await balancers.send(new DescribeLoadBalancersCommand({}));
  const { TargetGroups } = await balancers.send(
    new CreateTargetGroupCommand({
      ...{
        Name: 'by-hand',
        Protocol: 'HTTP',
        Port: 8080,
        TargetType: 'ip',
        VpcId: LoadBalancers?.[0]?.VpcId,
      },
    }),
  );
  const targetGroupArn = TargetGroups![0]!.TargetGroupArn!;
  await balancers.send(
    new CreateListenerCommand({
      ...{ LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn, Port: port, Protocol: 'HTTP' },
      DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
    }),
  );
  balancers.destroy();
  await makeByHand(serviceName, [{ targetGroupArn, containerName: 'app', containerPort: 8080 }]);
  return { url: `http://127.0.0.1:${port}/`, targetGroupArn };
}

async function register(family: string, run = idle): Promise<string> {
  const { taskDefinition } = await berth.clients.ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{ family, networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512' },
      containerDefinitions: [
        {
          ...{ name: 'app', image: 'berth/legacy:1', essential: true },
          portMappings: [{ containerPort: 8080 }],
          dockerLabels: { 'berth.run': JSON.stringify(run) },
        },
      ],
    }),
  );
  return taskDefinition!.taskDefinitionArn!;
}

async function makeByHand(serviceName: string, loadBalancers: LoadBalancer[] = []): Promise<void> {
  const run = loadBalancers.length > 0 ? serve('by hand') : idle;
  await berth.clients.ecs.send(
    new CreateServiceCommand({
      ...{ cluster, serviceName, taskDefinition: await register('legacy', run), desiredCount: 1 },
      loadBalancers,
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-of-somebody'] } },
    }),
  );
  await until('it to be steady', async () => isSteady(await described(serviceName)));
}

async function described(service: string) {
  const answer = await berth.clients.ecs.send(
    new DescribeServicesCommand({ cluster, services: [service], include: ['TAGS'] }),
  );
  const { taskDefinition, desiredCount, runningCount, deployments, tags } = answer.services![0]!;
  return { taskDefinition, desiredCount, runningCount, deployments, tags };
}

const isSteady = ({ deployments = [], desiredCount, runningCount }: Awaited<ReturnType<typeof described>>) =>
  deployments.length === 1 && deployments[0]?.rolloutState === 'COMPLETED' && runningCount === desiredCount;

/** Every call that was no read, whoever made it, as Local AWS's log of calls has it. */
async function ecsWritesSince(sinceMs: number): Promise<string[]> {
  const answer = await fetch(`${berth.endpoint}/_local/calls?service=ecs&sinceMs=${sinceMs}&limit=1000`);
  const { complete, calls } = (await answer.json()) as { complete: boolean; calls: { action: string }[] };
  expect(complete).toBe(true);
  expect(calls.length).toBeGreaterThan(0);
  return calls.map(({ action }) => action).filter((action) => !/^(?:Describe|List|Get)/.test(action));
}
