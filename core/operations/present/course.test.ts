import { expect, it } from 'vitest';
import type { Course } from '../../deployments/course/model.ts';
import type { DeploymentPhase, DeploymentState } from '../../deployments/model.ts';
import { deploymentView } from './deployment.ts';

const job = (name: string) => ({ name, command: [name], timeoutSeconds: 60 });
const course: Course = {
  strategy: 'canary',
  steps: [
    { trafficPercent: 5, forSeconds: 60 },
    { trafficPercent: 25, forSeconds: 60, approval: true },
  ],
  bakeSeconds: 60,
  gates: { windows: [], webhooks: [] },
  before: [job('migrate'), job('seed')],
  after: [job('smoke')],
};

const state = (at: DeploymentPhase, more: Partial<DeploymentState> = {}): DeploymentState => ({
  request: {
    id: 'dep_01J0000000000000000000000A',
    service: 'local/shop-worker',
    environment: 'local',
    cluster: 'local',
    ecsName: 'shop-worker',
    app: 'shop',
    name: 'worker',
    what: {
      type: 'content',
      hash: 'h',
      spec: { image: 'a', cpuUnits: 256, memoryMiB: 512, environment: {}, secrets: {} },
      settings: { minimumHealthyPercent: 100, maximumPercent: 200, circuitBreaker: true, timeoutSeconds: 60 },
      course,
    },
    whenBusy: 'supersede',
    actor: 'ann',
    requestHash: 'x',
    requestedAt: 0,
  },
  at,
  ...more,
});

const ended = (name: string, verdict: 'succeeded' | 'failed') => ({
  ...{ job: `job_x_before_${name}`, name, verdict },
  ...{ reason: 'exit code', endedAt: 5000 },
});

const jobs = (at: DeploymentPhase, more: Partial<DeploymentState>) =>
  deploymentView(state(at, more)).jobs?.map((one) =>
    `${one.when} ${one.name} ${one.state} ${one.id ?? ''}`.trim(),
  );

it('shows each job with where it is: the first as well, and those after it', () => {
  const running = { phase: 'running_before', started: true, deadline: 1 } as const;
  expect(jobs({ ...running, job: 0 }, { runs: 'job_x_before_migrate' })).toEqual([
    'before migrate running job_x_before_migrate',
    'before seed next',
    'after smoke next',
  ]);
  expect(jobs({ ...running, job: 1 }, { jobs: [ended('migrate', 'succeeded')] })).toEqual([
    'before migrate succeeded job_x_before_migrate',
    'before seed running',
    'after smoke next',
  ]);
});

it('shows where it was on its course once it has left it', () => {
  const at = { phase: 'ended', verdict: 'rolled_back', reason: 'worse', endedAt: 9000 } as const;
  const view = deploymentView(state(at, { went: { step: 1, allowedPercent: 25, percent: 25, since: 6000 } }));
  expect(view.course).toMatchObject({
    step: 1,
    percent: 25,
    steps: [{ state: 'done' }, { state: 'now', approval: true }],
  });
  expect(view).not.toHaveProperty('waits');
  const good = deploymentView(
    state({ ...at, verdict: 'succeeded' }, { went: { step: 1, allowedPercent: 25, percent: 25 } }),
  );
  expect(good.course?.steps.map((step) => step.state)).toEqual(['done', 'done']);
});

it('shows what it waits for: its gates, or what holds its step', () => {
  const waits = { code: 'approval', text: 'waits for approval' };
  const gated = { phase: 'gated', since: 1000, deadline: 2, gates: { webhooks: {} }, waits } as const;
  expect(deploymentView(state(gated)).waits).toEqual({ ...waits, since: '1970-01-01T00:00:01.000Z' });
});
