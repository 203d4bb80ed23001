import { ECSClient } from '@aws-sdk/client-ecs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jobMember, performForJob, startedByOf } from '../../core/aws/jobs.ts';
import { parseEnvironments } from '../../core/contract/environment.ts';
import type { JobEffect, JobEnded, JobMessage, JobRequest, JobState } from '../../core/jobs/model.ts';
import { jobRef } from '../../core/jobs/records.ts';
import type { Domain } from '../../core/kernel/plan.ts';
import { createEngine } from '../../core/kernel/reconcile.ts';
import { type Bench, startBench } from '../../local/ecs/testing.ts';
import type { Script } from '../../local/runtimes/scripted/script.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { silentLog } from '../support/toy.ts';

/* Jobs by the real kernel, decider, adapter and client, against Local AWS's ECS engine on a virtual clock. */

const [environment] = parseEnvironments(
  JSON.stringify([
    {
      name: 'local',
      cluster: 'default',
      region: 'us-east-1',
      account: '000000000000',
      subnets: ['subnet-1'],
    },
  ]),
);

const listener = { kind: 'listener', id: 'one' };

/** Whoever asked for jobs: keeps what he is told. */
const listening: Domain<{ told: readonly JobEnded[] }, JobEnded, object, object, never> = {
  kind: 'listener',
  absorb: (state = { told: [] }, input) =>
    input.type === 'message' ? { told: [...state.told, input.message] } : state,
  observe: () => ({}),
  decide: (next) => ({ next, effects: [], reasons: [{ code: 'told', text: 'told' }] }),
  index: () => ({ status: 'listening' }),
};

/** What becomes of one call: `lost` takes effect and is not answered, `dead` never arrives. */
type Mishap = 'none' | 'lost' | 'dead' | 'throttled';

class World {
  readonly store = createMemoryStore();
  readonly calls: string[] = [];
  /** The tasks that RunTask started, and when. */
  readonly started = new Map<string, number>();
  /** Lists do not show what is younger. */
  listLagMs = 0;
  mishap: (action: string) => Mishap = () => 'none';
  /** What RunTask answers instead of what the engine would. */
  answer: ((action: string, input: Record<string, unknown>) => object | undefined) | undefined;
  readonly bench: Bench;
  readonly taskDefinitionArn: string;
  #deaths = 0;

  constructor(bench: Bench) {
    this.bench = bench;
    bench.call('CreateCluster', { clusterName: 'default' });
    const { taskDefinition } = bench.call<{ taskDefinition: { taskDefinitionArn: string } }>(
      'RegisterTaskDefinition',
      {
        family: 'berth-local-shop-web',
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
        containerDefinitions: [{ name: 'main', image: 'shop:1', command: ['serve'] }],
      },
    );
    this.taskDefinitionArn = taskDefinition.taskDefinitionArn;
  }

  get now() {
    return this.bench.clock.now();
  }

  readonly ecs = new ECSClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: { headers: Record<string, string>; body?: string }) => {
        const action = request.headers['x-amz-target']?.split('.')[1] ?? '';
        this.calls.push(action);
        const mishap = this.mishap(action);
        if (mishap === 'dead') throw new Error('the connection was refused');
        if (mishap === 'throttled') return respond(400, { __type: 'ThrottlingException', message: 'slowly' });
        const input = JSON.parse(request.body ?? '{}') as Record<string, unknown>;
        const answer = this.answer?.(action, input) ?? this.#call(action, input);
        if (mishap === 'lost') throw new Error('the connection was reset');
        return answer instanceof Error
          ? respond(400, { __type: answer.name, message: answer.message })
          : respond(200, answer);
      },
    },
  });

  #call(action: string, input: Record<string, unknown>): object {
    try {
      const answer = this.bench.call<{ tasks?: { taskArn: string }[] }>(action, input);
      if (action === 'RunTask')
        for (const { taskArn } of answer.tasks ?? [])
          if (!this.started.has(taskArn)) this.started.set(taskArn, this.now);
      return action === 'ListTasks' ? this.#lagging(answer as { taskArns: string[] }) : answer;
    } catch (error) {
      return error as Error;
    }
  }

  #lagging({ taskArns }: { taskArns: string[] }): object {
    const isShown = (arn: string) => this.now - (this.started.get(arn) ?? 0) >= this.listLagMs;
    return { taskArns: taskArns.filter(isShown) };
  }

  /** A process of its own; one that dies does so at its next call. */
  engine(die: () => boolean = () => false) {
    const deps = {
      store: this.store,
      clock: { now: () => this.now },
      log: silentLog,
      ecs: this.ecs,
      readLastLines: async () => ['no such table'],
      environment: () => environment!,
    };
    const perform = async (
      effect: { readonly type: string },
      context: Parameters<typeof performForJob>[1],
    ) => {
      const value = await performForJob(effect as JobEffect, context, deps);
      if (die()) return new Promise<never>(() => {});
      return value;
    };
    return createEngine({
      ...deps,
      alarms: { ring: async () => {} },
      owner: `process-${this.#deaths++}`,
      members: {
        job: jobMember(deps, perform),
        listener: { domain: listening, look: async () => ({}), perform: async () => ({}) },
      },
    });
  }

  request(more: Partial<JobRequest> = {}): JobRequest {
    return {
      id: 'job_dep_1_before_migrate',
      name: 'migrate',
      environment: 'local',
      cluster: 'default',
      ecsName: 'shop-web',
      taskDefinitionArn: this.taskDefinitionArn,
      command: ['node', 'migrate.mjs'],
      timeoutSeconds: 600,
      actor: 'ann',
      requestedAt: this.now,
      notify: listener,
      ...more,
    };
  }

  tell(message: JobMessage, id: string = message.type) {
    return this.engine().deliver(jobRef('job_dep_1_before_migrate'), message, id);
  }

  /** Lets time go by, and everybody look who is due, until a job has ended or `ms` are over. */
  async pass(ms: number, stepMs = 1_000): Promise<void> {
    const until = this.now + ms;
    while (this.now < until) {
      for (const ref of await this.store.due(this.now, 100))
        await this.engine()
          .wake([ref])
          .catch(() => {});
      if ((await this.state())?.at.phase === 'ended') {
        await this.engine().wake([jobRef('job_dep_1_before_migrate')]);
        return;
      }
      await this.bench.clock.advance(stepMs);
    }
  }

  async state(): Promise<JobState | undefined> {
    return (await this.store.load(jobRef('job_dep_1_before_migrate')))?.state as JobState | undefined;
  }

  async told(): Promise<readonly JobEnded[]> {
    return ((await this.store.load(listener))?.state as { told: JobEnded[] } | undefined)?.told ?? [];
  }
}

const respond = (statusCode: number, body: object) => ({
  response: {
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: new TextEncoder().encode(JSON.stringify(body)),
  },
});

let script: Script;
let world: World;
beforeEach(async () => {
  script = { exitAfterMs: 20_000, exitCode: 0 };
  world = new World(await startBench({ script: () => script }));
});
afterEach(() => world.bench.engine.stop());

const runs = async (ms = 3_600_000) => {
  await world.tell({ type: 'start', request: world.request() });
  await world.pass(ms);
  return (await world.told())[0];
};

describe('a job', () => {
  it('runs its command in the release’s task definition, and succeeds by exit code 0', async () => {
    expect(await runs()).toMatchObject({
      type: 'job_ended',
      verdict: 'succeeded',
      exitCode: 0,
      reason: 'migrate exited with code 0',
      taskArn: [...world.started.keys()][0],
    });
    expect(world.bench.runtime.launches).toMatchObject([
      { command: ['node', 'migrate.mjs'], isCommandOverridden: true },
    ]);
    expect(startedByOf(world.request().id)).toHaveLength(36);
    expect(await world.told()).toHaveLength(1);
  });

  it('fails with its exit code and last lines', async () => {
    script = { exitAfterMs: 5_000, exitCode: 3 };
    expect(await runs()).toMatchObject({
      verdict: 'failed',
      exitCode: 3,
      reason: 'migrate exited with code 3',
      logTail: ['no such table'],
    });
  });

  it('fails in ECS’s words where its container does not start', async () => {
    script = { startError: 'CannotPullContainerError: pull access denied' };
    const ended = await runs();
    expect(ended).toMatchObject({ verdict: 'failed' });
    expect(ended?.reason).toMatch(/could not be started: .*pull access denied/);
  });

  it('is stopped when its time is over, and has then timed out', async () => {
    script = {};
    await world.tell({ type: 'start', request: world.request({ timeoutSeconds: 60 }) });
    await world.pass(3_600_000);
    expect(await world.told()).toMatchObject([
      { verdict: 'timed_out', reason: 'migrate was not done within 60 s' },
    ]);
    expect(world.bench.runtime.running()).toEqual([]);
  });

  it('is stopped when it is cancelled; before its start nothing is started', async () => {
    script = {};
    await world.tell({ type: 'start', request: world.request() });
    await world.pass(30_000);
    await world.tell({ type: 'cancel', actor: 'bob' });
    await world.pass(600_000);
    expect(await world.told()).toMatchObject([
      { verdict: 'cancelled', reason: 'migrate was cancelled by bob' },
    ]);
    expect(world.bench.runtime.running()).toEqual([]);
  });

  it('starts nothing when it is cancelled before ECS was asked', async () => {
    await world.tell({ type: 'start', request: world.request() });
    await world.tell({ type: 'cancel', actor: 'bob' });
    await world.pass(3_600_000);
    expect(await world.told()).toMatchObject([{ verdict: 'cancelled' }]);
    expect(world.started.size).toBe(0);
  });
});

describe('where ECS does not answer as one would like', () => {
  it('a start without room is tried again, so often and no oftener', async () => {
    const refuse = { tasks: [], failures: [{ reason: 'Capacity is unavailable at this time.' }] };
    let refusals = 2;
    world.answer = (action) => (action === 'RunTask' && refusals-- > 0 ? refuse : undefined);
    expect(await runs()).toMatchObject({ verdict: 'succeeded' });
    expect(world.calls.filter((action) => action === 'RunTask')).toHaveLength(3);
  });

  it('and ends as failed when there never is any', async () => {
    world.answer = (action) =>
      action === 'RunTask'
        ? { tasks: [], failures: [{ reason: 'Capacity is unavailable at this time.' }] }
        : undefined;
    const ended = await runs();
    expect(ended).toMatchObject({ verdict: 'failed' });
    expect(ended?.reason).toContain('Capacity is unavailable');
    expect(world.calls.filter((action) => action === 'RunTask')).toHaveLength(6);
  });

  it('another refusal is final', async () => {
    world.answer = (action) =>
      action === 'RunTask' ? { tasks: [], failures: [{ reason: 'MISSING' }] } : undefined;
    expect(await runs()).toMatchObject({ verdict: 'failed' });
    expect(world.calls.filter((action) => action === 'RunTask')).toHaveLength(1);
  });

  it('so is what ECS does not understand', async () => {
    await world.tell({ type: 'start', request: world.request({ taskDefinitionArn: 'nothing:1' }) });
    await world.pass(600_000);
    expect(await world.told()).toMatchObject([{ verdict: 'failed' }]);
    expect(world.calls.filter((action) => action === 'RunTask')).toHaveLength(1);
  });

  it('a task whose start nobody heard of is found, running or stopped', async () => {
    let lost = 1;
    world.mishap = (action) => (action === 'RunTask' && lost-- > 0 ? 'lost' : 'none');
    expect(await runs()).toMatchObject({ verdict: 'succeeded' });
    expect(world.started.size).toBe(1);
  });

  it('also one of which ECS had said that it does not start it', async () => {
    let lies = 1;
    world.answer = (action, input) => {
      if (action !== 'RunTask' || lies-- <= 0) return undefined;
      const { tasks } = world.bench.call<{ tasks: { taskArn: string }[] }>(action, input);
      for (const { taskArn } of tasks) world.started.set(taskArn, world.now);
      return { tasks: [], failures: [{ reason: 'Capacity is unavailable at this time.' }] };
    };
    expect(await runs()).toMatchObject({ verdict: 'succeeded' });
    expect(world.started.size).toBe(1);
  });

  it('a cancelled one that was started unheard is found, though lists show it late, and stopped', async () => {
    script = {};
    world.listLagMs = 120_000;
    let lost = 1;
    world.mishap = (action) => (action === 'RunTask' && lost-- > 0 ? 'lost' : 'none');
    await world.tell({ type: 'start', request: world.request() });
    await world.engine().wake([jobRef(world.request().id)]);
    await world.tell({ type: 'cancel', actor: 'bob' });
    await world.pass(3_600_000);
    expect(world.started.size).toBe(1);
    expect(await world.told()).toMatchObject([{ verdict: 'cancelled' }]);
    expect(world.bench.runtime.running()).toEqual([]);
  });

  it('an intent that lay for a day starts nothing a second time', async () => {
    script = { exitAfterMs: 5_000, exitCode: 0 };
    await world.tell({ type: 'start', request: world.request({ timeoutSeconds: 86_400 * 2 }) });
    // It dies with the answer in its hands, and nobody looks for 25 hours.
    void world.engine(() => true).wake([jobRef(world.request().id)]);
    await world.bench.clock.advance(25 * 3_600_000);
    await world.pass(3_600_000);
    expect(world.started.size).toBe(1);
    expect(await world.told()).toHaveLength(1);
    expect((await world.told())[0]?.verdict).toBe('failed');
  });

  it('one MISSING proves nothing', async () => {
    let missing = 3;
    world.answer = (action) =>
      action === 'DescribeTasks' && missing-- > 0
        ? { tasks: [], failures: [{ reason: 'MISSING' }] }
        : undefined;
    expect(await runs()).toMatchObject({ verdict: 'succeeded' });
  });

  it('MISSING for good does', async () => {
    world.answer = (action) =>
      action === 'DescribeTasks' ? { tasks: [], failures: [{ reason: 'MISSING' }] } : undefined;
    const from = world.now;
    expect(await runs()).toMatchObject({ verdict: 'failed' });
    expect(world.now - from).toBeGreaterThan(5 * 60_000);
  });
});

const drawn = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom<Mishap>('none') },
    { weight: 3, arbitrary: fc.constantFrom<Mishap>('lost', 'dead', 'throttled') },
  ),
  { minLength: 1, maxLength: 30 },
);

describe('whatever happens to its calls and processes', () => {
  it('never runs twice, ends once, and leaves nothing running', async () => {
    await fc.assert(
      fc.asyncProperty(
        drawn,
        fc.constantFrom(2_000, 40_000, 4_000_000),
        fc.array(fc.boolean(), { maxLength: 3 }),
        fc.constantFrom(0, 0, 500, 30_000, 4_000_000),
        fc.constantFrom(0, 3_300_000, 90_000_000),
        fc.constantFrom(0, 120_000),
        async (mishaps, lastsMs, deaths, cancelAfterMs, sleepMs, lagMs) => {
          script = { exitAfterMs: lastsMs, exitCode: 0 };
          world = new World(await startBench({ script: () => script }));
          world.listLagMs = lagMs;
          let place = 0;
          world.mishap = () => mishaps[place++] ?? 'none';
          await world.tell({ type: 'start', request: world.request({ timeoutSeconds: 3_600 }) });
          for (const isAtEffect of deaths) {
            void world
              .engine(() => isAtEffect)
              .wake([jobRef(world.request().id)])
              .catch(() => {});
            await world.bench.clock.advance(11_000);
          }
          await world.bench.clock.advance(sleepMs);
          if (cancelAfterMs > 0) {
            await world.pass(cancelAfterMs, 5_000);
            await world.tell({ type: 'cancel', actor: 'bob' });
          }
          await world.tell({ type: 'start', request: world.request() }, 'again');
          await world.pass(4 * 3_600_000, 20_000);
          const state = await world.state();
          expect(world.started.size).toBeLessThanOrEqual(1);
          expect(state?.at.phase).toBe('ended');
          expect(await world.told()).toHaveLength(1);
          await world.bench.clock.advance(120_000);
          expect(world.bench.runtime.running()).toEqual([]);
          await world.bench.engine.stop();
        },
      ),
      { numRuns: 60 },
    );
  });
});
