import { ECSClient, type Task } from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Bench, network, startBench, webDefinition, webService } from '../ecs/testing.ts';
import type { Wire } from '../ecs/wire.ts';
import { createEndpoint } from '../support/server.ts';
import { listening } from '../testing.ts';

const role = 'arn:aws:iam::000000000000:role/shop';
let bench: Bench;
let url = '';
let server: ReturnType<typeof createEndpoint>;

beforeEach(async () => {
  bench = await startBench({ endpoint: () => url });
  server = createEndpoint({
    services: [bench.engine.service],
    routes: [bench.engine.taskRoute],
    flush: bench.journal.flush,
    log: (line) => {
      throw new Error(line);
    },
  });
  url = await listening(server, 0);
  bench.call('CreateCluster');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await bench.engine.stop();
});

/** What the newest container was told of its surroundings. */
const told = () => bench.runtime.launches.at(-1)?.environment ?? {};

async function ask(address: string | undefined, more: RequestInit = {}): Promise<Record<string, unknown>> {
  const response = await fetch(address ?? '', more);
  return { status: response.status, ...((await response.json()) as object) };
}

async function run(definition = webDefinition({ taskRoleArn: role })): Promise<Wire<Task>> {
  bench.call('RegisterTaskDefinition', definition);
  const request = { taskDefinition: 'web', launchType: 'FARGATE', networkConfiguration: network };
  const tags = [{ key: 'team', value: 'shop' }];
  const { tasks } = bench.call<{ tasks: Wire<Task>[] }>('RunTask', { ...request, tags });
  await bench.clock.advance(10);
  return tasks[0]!;
}

describe('the metadata endpoint', () => {
  it('tells a container of itself and its task', async () => {
    const task = await run();
    const uri = told().ECS_CONTAINER_METADATA_URI_V4;
    expect(await ask(uri)).toMatchObject({
      status: 200,
      Name: 'app',
      Image: 'shop:1',
      KnownStatus: 'RUNNING',
      DesiredStatus: 'RUNNING',
      Labels: {
        'com.amazonaws.ecs.task-arn': task.taskArn,
        'com.amazonaws.ecs.task-definition-family': 'web',
        'com.amazonaws.ecs.task-definition-version': '1',
      },
      Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: [expect.stringMatching(/^127\.64\./)] }],
    });
    const whole = await ask(`${uri}/task`);
    expect(whole).toMatchObject({
      TaskARN: task.taskArn,
      Family: 'web',
      Revision: '1',
      KnownStatus: 'RUNNING',
      LaunchType: 'FARGATE',
      Limits: { CPU: 0.25, Memory: 512 },
      Containers: [{ Name: 'app' }],
    });
    expect(whole).not.toHaveProperty('TaskTags');
    expect(await ask(`${uri}/taskWithTags`)).toMatchObject({ TaskTags: { team: 'shop' } });
  });

  it('tells what containers use', async () => {
    await run();
    await bench.clock.advance(10_000);
    const uri = told().ECS_CONTAINER_METADATA_URI_V4;
    const stats = await ask(`${uri}/stats`);
    expect(stats).toMatchObject({ name: 'app', memory_stats: { usage: 16 * 1024 * 1024 } });
    expect(Object.values(await ask(`${uri}/task/stats`))).toContainEqual(
      expect.objectContaining({ name: 'app' }),
    );
  });

  it('counts restarts', async () => {
    const restartPolicy = { enabled: true, restartAttemptPeriod: 60 };
    const task = await run(webDefinition({}, { restartPolicy }));
    const uri = told().ECS_CONTAINER_METADATA_URI_V4;
    expect(await ask(uri)).toMatchObject({ RestartCount: 0 });
    await bench.clock.advance(61_000);
    bench.runtime.kill(`${task.taskArn?.split('/').at(-1)}-app`);
    await bench.clock.advance(10);
    expect(await ask(uri)).toMatchObject({ RestartCount: 1, KnownStatus: 'RUNNING' });
  });

  it('is the same after a restart of Local AWS, and knows no key but those it gave', async () => {
    await run();
    const { ECS_CONTAINER_METADATA_URI_V4: uri = '', AWS_CONTAINER_CREDENTIALS_FULL_URI: secret = '' } =
      told();
    await bench.restart();
    expect(await ask(uri)).toMatchObject({ Name: 'app' });
    const guess = uri.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    expect(await ask(guess)).toMatchObject({ status: 404 });
    // A key opens one door only.
    expect(await ask(secret.replace('/v2/credentials/', '/v4/'))).toMatchObject({ status: 404 });
  });
});

describe('credentials', () => {
  it('of the task role come as the SDK fetches them', async () => {
    await run();
    // As the SDK is in a container: it knows nothing but what its environment tells.
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
      vi.stubEnv(name, undefined);
    for (const [name, value] of Object.entries(told())) vi.stubEnv(name, value);
    const found = await new ECSClient().config.credentials();
    expect(found).toMatchObject({
      accessKeyId: expect.stringMatching(/^ASIATASK[A-Z2-7]{12}$/),
      sessionToken: expect.any(String),
    });
    expect(await ask(told().AWS_CONTAINER_CREDENTIALS_FULL_URI)).toMatchObject({ RoleArn: role });
  });

  it('are not offered to a task without a role', async () => {
    await run(webDefinition());
    expect(told()).not.toHaveProperty('AWS_CONTAINER_CREDENTIALS_FULL_URI');
    expect(told()).toMatchObject({ AWS_ENDPOINT_URL: url, AWS_REGION: 'us-east-1' });
  });
});

describe('the agent’s endpoint', () => {
  const path = '/task-protection/v1/state';
  const put = (value: object) => ({ method: 'PUT', body: JSON.stringify(value) });

  it('protects a task of a service from scale-in', async () => {
    bench.call('RegisterTaskDefinition', webDefinition());
    bench.call('CreateService', webService({ desiredCount: 1 }));
    await bench.clock.advance(100);
    const uri = `${told().ECS_AGENT_URI}${path}`;
    expect(await ask(uri)).toMatchObject({ protection: { ProtectionEnabled: false } });
    const protectedNow = await ask(uri, put({ ProtectionEnabled: true, ExpiresInMinutes: 60 }));
    expect(protectedNow).toMatchObject({
      protection: { ProtectionEnabled: true, ExpirationDate: expect.stringMatching(/^2026-11-20T11:00/) },
    });
    expect(await ask(uri)).toMatchObject({ protection: { ProtectionEnabled: true } });
    expect(await ask(uri, put({ ProtectionEnabled: true, ExpiresInMinutes: 0 }))).toMatchObject({
      status: 400,
      error: { Code: 'InvalidParameterException' },
    });
    expect(await ask(uri, { method: 'PUT', body: 'no' })).toMatchObject({ status: 400 });
  });

  it('says that another task cannot be protected', async () => {
    await run();
    const answer = await ask(`${told().ECS_AGENT_URI}${path}`, put({ ProtectionEnabled: true }));
    expect(answer).toMatchObject({ failure: { Reason: 'TASK_NOT_VALID' } });
  });
});
