import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { DisableRuleCommand, EnableRuleCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeploymentView, GitHubView } from '../../core/contract/views.ts';
import { deploymentRef } from '../../core/deployments/records.ts';
import { jobRef } from '../../core/jobs/records.ts';
import type { Ref } from '../../core/kernel/plan.ts';
import { pipelineRef } from '../../core/pipelines/records.ts';
import { serviceIdOf, serviceRef } from '../../core/services/records.ts';
import type { IamReport } from '../../local/iam/iam.ts';
import { type Topology, topology } from '../../stacks/topology.ts';
import { type Cloud, startCloud } from '../support/cloud.ts';
import { pushOf, webhook, webhookSecret } from '../support/github.ts';
import { type LossyProxy, startLossyProxy } from '../support/lossy-proxy.ts';
import { freePorts } from '../support/ports.ts';
import { uselessWithout } from '../support/reduced-topology.ts';
import { until } from '../support/until.ts';

/*
 * Drives every path on which a function calls AWS, with permissions enforced as everywhere, and then holds what was
 * used against what the topology allows: nothing may be missing, nothing idle, and nothing doubled.
 */

const environment = 'local';
const service = 'shop-web';
const ofService = { environment, service };
const serviceItem = serviceRef(serviceIdOf(environment, service));

/** Nobody is woken but by the test, so that it can look while nothing moves. */
const stepped: Topology = {
  ...topology,
  functions: {
    ...topology.functions,
    wake: { ...topology.functions.wake, triggers: [] },
    work: { ...topology.functions.work, triggers: [] },
  },
};

let directory: string;
let proxy: LossyProxy;
let cloud: Cloud;
let listen: number;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-permissions-'));
  const [port = 0, proxyPort = 0, listenPort = 0] = await freePorts(3);
  listen = listenPort;
  proxy = await startLossyProxy(proxyPort, `http://127.0.0.1:${port}`);
  cloud = await startCloud({
    ...{ topology: stepped, port },
    secrets: { 'berth/github-webhook': webhookSecret },
    environment: { AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${proxyPort}` },
  });
}, 60_000);
afterAll(async () => {
  await cloud?.stop();
  await proxy?.stop();
  await rm(directory, { recursive: true, force: true });
}, 60_000);

const serve =
  'require("http").createServer((_, a) => a.end("ok")).listen(process.env.PORT, process.env.HOST)';
const crash = 'console.error("there is no such setting"); process.exit(1)';
/** Not before the file is there: Berth has looked by then, however busy the machine. */
const crashOnceThereIs = (file: string) =>
  `setInterval(() => { if (require("node:fs").existsSync(${JSON.stringify(file)})) { ${crash} } }, 50)`;
const hang = 'setInterval(() => {}, 1000)';

const deploy = (program: string, health: object = {}, course: object = {}) =>
  cloud.client.createDeployment({
    body: {
      ...{ environment, app: 'shop', service: 'web' },
      spec: {
        run: ['node', '-e', program],
        ...{ port: 8080, listen, count: 2 },
        health: { path: '/', interval: 5, timeout: 2, grace: 10, ...health },
        deploy: course,
      },
    },
  });

const look = (name: 'wake' | 'work', bodies: readonly string[]) =>
  cloud.invoke(name, {
    Records: bodies.map((body, place) => ({ messageId: String(place), body, attributes: {} })),
  });
const wake = (bodies: readonly string[]) => look('wake', bodies);
const work = (refs: readonly Ref[]) =>
  look(
    'work',
    refs.map((ref) => JSON.stringify(ref)),
  );

/** Wakes the deployment and its service until the deployment is as it should be. */
const stepUntil = (id: string, what: string, holds: (deployment: DeploymentView) => boolean) =>
  until(`the deployment to be ${what}`, async () => {
    await wake([deploymentRef(id), serviceItem].map((ref) => JSON.stringify(ref)));
    const deployment = await cloud.client.getDeployment({ id });
    return holds(deployment) && deployment;
  });

const ended = ({ id }: DeploymentView) => stepUntil(id, 'ended', ({ verdict }) => verdict !== undefined);
/** ECS has been told where to go. */
const moving = ({ id }: DeploymentView) =>
  stepUntil(id, 'moving', ({ phase, progress }) => phase === 'moving' && progress !== undefined);
/** ECS gives up no task for its health as long as a test lasts. */
const patient = { grace: 120 };

test('a service is made, moved with another health check, and found as it is', async () => {
  expect(await ended(await deploy(serve))).toMatchObject({ verdict: 'succeeded', release: 1 });
  const moved = await ended(await deploy(`${serve};`, { path: '/healthy' }));
  expect(moved).toMatchObject({ verdict: 'succeeded', release: 2 });
  const { client } = cloud;
  expect((await client.listServices({ environment })).items).toHaveLength(1);
  expect((await client.listTasks({ ...ofService, status: 'all' })).items.length).toBeGreaterThanOrEqual(4);
  expect((await client.listDeployments(ofService)).items).toHaveLength(2);
  expect((await client.listReleases(ofService)).items).toHaveLength(2);
  expect((await client.getServiceLedger(ofService)).items.length).toBeGreaterThan(0);
});

test('what a deployment would come to is told, with the secrets that are there', async () => {
  const key = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:shop/key-AbCdEf';
  const spec = { run: ['node', '-e', serve], port: 8080, listen, secrets: { URL: 'shop/url', KEY: key } };
  const body = { environment, app: 'shop', service: 'web', spec };
  const { checks } = await cloud.client.planDeployment({ body });
  const secrets = checks.filter(({ name }) => name === 'secret');
  expect(secrets.map(({ result }) => result)).toEqual(['problem', 'problem']);
  expect(await cloud.client.getDrift(ofService)).toMatchObject({ state: 'none' });
});

test('a push deploys what was deployed last, with the image of its commit', async () => {
  const ci = { github: { repository: 'acme/shop', branch: 'main', image: 'ghcr.io/acme/shop:{sha}' } };
  const { client, api } = cloud;
  const spec = { run: ['node', '-e', hang], count: 1, deploy: { timeout: 60 }, ci };
  await client.createDeployment({ body: { environment, app: 'shop', service: 'job', spec } });
  const { path, headers = {}, body } = webhook({ body: pushOf(1, 2) });
  const pushed = () => fetch(api + path, { method: 'POST', headers, body: String(body) });
  const answer = (await (await pushed()).json()) as GitHubView;
  expect(answer).toMatchObject({ outcome: 'accepted', services: [{ service: 'shop-job' }] });
  const again = await pushed();
  expect(await again.json()).toEqual(answer);
  const id = answer.services[0]?.deployment ?? '';
  const pipeline = pipelineRef(serviceIdOf(environment, 'shop-job'));
  await until('the deployment to be made, and GitHub’s token to be asked for', async () => {
    await work([pipeline]);
    return (await used('work')).includes('secretsmanager:GetSecretValue github-token');
  });
  expect(await client.getDeployment({ id })).toMatchObject({ actor: 'github:ann' });
  await client.abortDeployment({ id, body: {} });
});

test('a release that crashes is rolled back, and told why', async () => {
  const told = { verdict: 'rolled_back', cause: { logTail: ['there is no such setting'] } };
  expect(await ended(await deploy(crash))).toMatchObject(told);
  expect((await cloud.client.getLogs({ ...ofService, filter: 'no such' })).items.length).toBeGreaterThan(0);
});

test('what people ask for: an abort, a roll-back, another count', async () => {
  const deployment = await deploy(hang, patient);
  await moving(deployment);
  await cloud.client.abortDeployment({ id: deployment.id, body: {} });
  expect(await ended(deployment)).toMatchObject({ verdict: 'cancelled' });
  const back = await cloud.client.rollBack({ ...ofService, body: {} });
  expect(await ended(back)).toMatchObject({ verdict: 'succeeded', release: 1 });
  await cloud.client.scaleService({ ...ofService, body: { count: 1 } });
});

test('a job runs before the release moves, and one that hangs is stopped with its deployment', async () => {
  const deployAfter = (program: string) =>
    cloud.client.createDeployment({
      body: {
        ...{ environment, app: 'shop', service: 'mover' },
        spec: { run: ['node', '-e', hang], count: 0, deploy: { before: ['migrate'] } },
        jobs: { migrate: { command: ['node', '-e', program] } },
      },
    });
  const job = ({ id }: DeploymentView) => jobRef(`job_${id.slice('dep_'.length)}_before_migrate`);
  const step = async (deployment: DeploymentView) => {
    const mover = serviceRef(serviceIdOf(environment, 'shop-mover'));
    await wake([deploymentRef(deployment.id), mover].map((ref) => JSON.stringify(ref)));
    await work([job(deployment)]);
  };
  const jobUntil = (deployment: DeploymentView, phase: string) =>
    until(`the job to be ${phase}`, async () => {
      await step(deployment);
      const there = await cloud.client.getJob({ id: job(deployment).id }).catch(() => undefined);
      return there?.phase === phase && there;
    });
  const first = await deployAfter('console.log("moved the tables")');
  await until('the sweep to find the job, which nobody works on', async () => {
    await wake([JSON.stringify(deploymentRef(first.id))]);
    await cloud.invoke('sweep');
    return (await used('sweep')).includes('sqs:SendMessage queue:work');
  });
  expect(await jobUntil(first, 'ended')).toMatchObject({
    verdict: 'succeeded',
    exitCode: 0,
    logTail: ['moved the tables'],
  });
  const second = await deployAfter(hang);
  await jobUntil(second, 'running');
  await cloud.client.abortDeployment({ id: second.id, body: { actor: 'bob' } });
  expect(await jobUntil(second, 'ended')).toMatchObject({ verdict: 'cancelled' });
});

test('what nobody can understand is set aside', async () => {
  await wake(['no wake-up']);
  await look('work', ['no wake-up']);
  await send('ecs-events', 'no event');
  await until('all three to lie in the dead letters', async () => {
    return (await cloud.waiting('dead-letters')) === 3;
  });
});

test('without events the sweep finds what there is, also where the table’s answer is lost', async () => {
  await cloud.events.send(new DisableRuleCommand({ Name: 'ecs-events' }));
  const signal = join(directory, 'crash');
  const deployment = await deploy(crashOnceThereIs(signal), patient);
  const { id } = deployment;
  await until('the sweep to find it due', async () => {
    await cloud.invoke('sweep');
    return (await used('sweep')).includes('sqs:SendMessage queue:wake');
  });
  await moving(deployment);
  await writeFile(signal, '');
  // The hook decides upon what it sees, and then there is nothing left to explain: it is asked once that was seen.
  await until(
    'ECS to have given it up by itself',
    async () => {
      await cloud.client.explainDeployment({ id });
      return (await used('explain')).includes('ecs:DescribeServiceRevisions service-revision');
    },
    60_000,
  );
  // As if ECS asked just then.
  await cloud.invoke('hook', {
    executionId: 'then',
    lifecycleStage: 'PRE_PRODUCTION_TRAFFIC_SHIFT',
    resourceArn: 'arn:aws:ecs:us-east-1:000000000000:service-deployment/local/shop-web/none',
    hookDetails: { deployment: id },
  });
  await stepUntil(id, 'on its way back', ({ phase }) => phase === 'rolling_back');
  proxy.loseAnswerTo('PutItem');
  await cloud.invoke('sweep');
  await cloud.client.explainDeployment({ id });
  expect(await ended(deployment)).toMatchObject({
    verdict: 'rolled_back',
    cause: { logTail: ['there is no such setting'] },
  });
  await cloud.events.send(new EnableRuleCommand({ Name: 'ecs-events' }));
});

test('an event whose record may have been written is looked up', async () => {
  proxy.loseAnswerTo('PutItem');
  await send('ecs-events', JSON.stringify(unknownEvent));
  await until('the record to be read', async () =>
    (await used('ecs-events')).includes('dynamodb:GetItem table'),
  );
});

test('ECS waits for a person, asks before it shifts traffic, and is told to go on', async () => {
  const shifting = {
    strategy: 'canary',
    steps: [{ traffic: '50%', for: '1s' }],
    ...{ bake: '0s', judge: false, gates: { approval: { by: 'anyone', at: 'traffic' } } },
  };
  const deployment = await deploy(`${serve};;`, {}, shifting);
  await stepUntil(deployment.id, 'up', ({ progress }) => progress !== undefined);
  await cloud.client.approveDeployment({ id: deployment.id, body: { actor: 'ann' } });
  expect(await ended(deployment)).toMatchObject({ verdict: 'succeeded' });
});

test('a judge reads its evidence, which is weighed anew for whoever asks', async () => {
  const judged = {
    strategy: 'canary',
    steps: [{ traffic: '50%', for: '10m' }],
    ...{ bake: '0s', judge: { from: 'metrics', errors: {} } },
  };
  const deployment = await deploy(`${serve};;;`, {}, judged);
  const { id } = deployment;
  await stepUntil(id, 'up', ({ progress }) => progress !== undefined);
  await until(
    'the first interval to be over',
    async () => {
      await wake([JSON.stringify(deploymentRef(id))]);
      return (await used('wake')).includes('cloudwatch:GetMetricData *');
    },
    90_000,
  );
  expect(await cloud.client.getEvidence({ id })).toMatchObject({ items: [] });
  await cloud.client.abortDeployment({ id, body: {} });
  expect(await ended(deployment)).toMatchObject({ verdict: 'cancelled' });
});

test('a worker’s release is tried beside it, and what tried it is removed', async () => {
  const worker = (program: string) => ({
    ...{ environment, app: 'shop', service: 'mail' },
    spec: {
      ...{ run: ['node', '-e', program], count: 1 },
      deploy: {
        ...({ strategy: 'canary', bake: '0s', judge: false } as const),
        steps: [{ traffic: '50%', for: '1s' }],
      },
    },
  });
  const mail = serviceRef(serviceIdOf(environment, 'shop-mail'));
  const endedBy = async (program: string) => {
    const { id } = await cloud.client.createDeployment({ body: worker(program) });
    return moved(id);
  };
  const moved = (id: string) =>
    until('the worker to have moved', async () => {
      await wake([deploymentRef(id), mail].map((ref) => JSON.stringify(ref)));
      const now = await cloud.client.getDeployment({ id });
      return now.verdict !== undefined && now;
    });
  expect(await endedBy(hang)).toMatchObject({ verdict: 'succeeded' });
  expect(await endedBy(`${hang};`)).toMatchObject({ verdict: 'succeeded' });
  await until('its sibling to be gone', async () => {
    await wake([JSON.stringify(mail)]);
    return (await used('wake')).includes('ecs:DeleteService service-sibling');
  });
  const ecs = new ECSClient({
    ...{ endpoint: cloud.endpoint, region: 'us-east-1' },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await ecs.send(new UpdateServiceCommand({ cluster: 'local', service: 'shop-mail', desiredCount: 2 }));
  ecs.destroy();
  const back = await cloud.client.revertDrift({ environment, service: 'shop-mail', body: {} });
  expect(await moved(back.id)).toMatchObject({ verdict: 'succeeded' });
});

test('nothing was refused, and nothing that the topology allows was idle', async () => {
  const report = await cloud.iam();
  expect(report.functions.map(({ name }) => name)).toEqual(Object.keys(topology.functions));
  expect(report.functions.flatMap(({ refusals }) => refusals)).toEqual([]);
  expect(report.functions.flatMap(({ name }) => idle(report, name))).toEqual([]);
});

test('whichever statement is taken away, something that was needed is refused', async () => {
  const found = uselessWithout(topology, await cloud.iam(), await cloud.assignment());
  expect(found).toEqual([]);
});

/** What a function has used of its permissions. */
const used = async (functionName: string) =>
  grantsOf(await cloud.iam(), functionName)
    .filter(({ uses }) => uses > 0)
    .map(({ action, resource }) => `${action} ${resource}`);

const idle = (report: IamReport, functionName: string) =>
  grantsOf(report, functionName)
    .filter(({ uses }) => uses === 0)
    .map(({ action, resource }) => `${functionName} never used ${action} on ${resource}`);

const grantsOf = (report: IamReport, functionName: string) =>
  report.functions.find(({ name }) => name === functionName)?.grants ?? [];

const send = (queue: string, body: string) =>
  cloud.sqs.send(new SendMessageCommand({ QueueUrl: cloud.queueUrl(queue), MessageBody: body }));

const unknownEvent = {
  version: '0',
  id: '00000000-0000-4000-8000-000000000001',
  'detail-type': 'ECS Something New',
  source: 'aws.ecs',
  account: '000000000000',
  time: '2026-01-01T00:00:00Z',
  region: 'us-east-1',
  resources: [],
  detail: {},
};
