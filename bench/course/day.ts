import type { ECSClient } from '@aws-sdk/client-ecs';
import { actingMembers } from '../../core/aws/members.ts';
import type { Environment } from '../../core/contract/environment.ts';
import type { Course } from '../../core/deployments/course/model.ts';
import type { DeploymentState } from '../../core/deployments/model.ts';
import { deploymentRef } from '../../core/deployments/records.ts';
import { takeIn } from '../../core/intake/intake.ts';
import { type Ref, refKey } from '../../core/kernel/plan.ts';
import type { Alarms, Log } from '../../core/kernel/ports.ts';
import { createEngine, type Engine } from '../../core/kernel/reconcile.ts';
import { createEcs } from '../../local/ecs/engine.ts';
import { ScriptedTargets } from '../../local/ecs/testing.ts';
import { scriptedRuntime } from '../../local/runtimes/scripted/runtime.ts';
import { openJournal } from '../../local/support/journal.ts';
import { WorldClock } from '../../test/simulation/world/clock.ts';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { ecsInProcess } from './ecs-client.ts';

const account = '000000000000';
const region = 'us-east-1';
const startMs = Date.UTC(2026, 0, 5);
const eventDelayMs = 100;
const sweepMs = 60_000;
const hourMs = 3600_000;
const silent: Log = { info() {}, warn() {}, error() {} };

const environment: Environment = {
  name: 'local',
  cluster: 'local',
  region,
  account,
  subnets: ['subnet-a'],
  securityGroups: [],
  launchType: 'FARGATE',
  logGroupPrefix: '/berth',
  local: false,
};

export interface Day {
  readonly verdict: string;
  readonly virtualHours: number;
  readonly steps: number;
  /** Looks at aggregates. */
  readonly looks: number;
  readonly ecsCalls: number;
  readonly wallMs: number;
}

/**
 * A worker's release that goes through its course beside the old one, by the real loop, deciders, intake and adapters,
 * on Local AWS's own ECS with scripted containers: all in one process, and on a virtual clock.
 */
export async function liveDay(course: Course): Promise<Day> {
  const world = await startWorld();
  await deploy(world, 1, undefined);
  const [begun, looks, calls] = [performance.now(), world.looks(), world.calls()];
  const startedAt = world.clock.now();
  const state = await deploy(world, 2, course);
  const wallMs = performance.now() - begun;
  await world.stop();
  if (state.at.phase !== 'ended') throw new Error(`the day ended while it was ${state.at.phase}`);
  return {
    verdict: state.at.verdict,
    virtualHours: (state.at.endedAt - startedAt) / hourMs,
    steps: course.steps.length,
    looks: world.looks() - looks,
    ecsCalls: world.calls() - calls,
    wallMs,
  };
}

type World = Awaited<ReturnType<typeof startWorld>>;

async function startWorld() {
  const clock = new WorldClock(startMs);
  const store = createMemoryStore({ isWeighed: false });
  let looks = 0;
  let calls = 0;
  let engine: Engine | undefined;
  const wake = (ref: Ref) => {
    looks += 1;
    void engine?.wake([ref]);
  };
  /** Bells for one moment are one bell, as a batch of a queue is one look. */
  const rung = new Set<string>();
  const alarms: Alarms = {
    async ring(ref, at) {
      const delayMs = Math.max(eventDelayMs, Math.ceil((at - clock.now()) / 1000) * 1000);
      const bell = `${refKey(ref)} ${clock.now() + delayMs}`;
      if (rung.has(bell)) return;
      rung.add(bell);
      clock.after(delayMs, () => {
        rung.delete(bell);
        wake(ref);
      });
    },
  };
  const territory = { account, environments: new Map([['local', 'local']]) };
  const ecs = createEcs({
    account,
    region,
    clock,
    journal: openJournal(),
    runtime: scriptedRuntime(clock, () => ({ startDelayMs: 1_000, stopMs: 1_000 })),
    targetGroups: new ScriptedTargets(),
    random: Math.random,
    publish: (event) => {
      const intake = { store, clock, log: silent, territory };
      const body = JSON.stringify(event);
      clock.after(eventDelayMs, () => void takeIn(body, intake, (owner) => alarms.ring(owner, clock.now())));
    },
    options: { steadySeconds: 2 },
  });
  await ecs.start();
  const call = (action: string, input: object) => {
    calls += 1;
    return ecs.service.call(action, { ...input }, {}) as object;
  };
  call('CreateCluster', { clusterName: 'local' });
  const client: ECSClient = ecsInProcess(call);
  const members = actingMembers({
    ...{ store, clock, log: silent, ecs: client, hands: client },
    environment: () => environment,
    readLastLines: undefined as never,
    loadBalancer: undefined as never,
  });
  engine = createEngine({ store, clock, alarms, members, log: silent, owner: 'bench' });
  const sweep = async () => {
    for (const ref of await store.due(clock.now(), 100)) wake(ref);
    clock.after(sweepMs, () => void sweep());
  };
  clock.after(sweepMs, () => void sweep());
  return { clock, store, engine, alarms, looks: () => looks, calls: () => calls, stop: () => ecs.stop() };
}

/** Deploys a release and lets time go by until it has its verdict; two days at most. */
async function deploy(world: World, version: number, course: Course | undefined): Promise<DeploymentState> {
  const { clock, store, engine, alarms } = world;
  const id = `dep_${String(version).padStart(26, '0')}`;
  const ref = deploymentRef(id);
  const settings = {
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    circuitBreaker: true,
    timeoutSeconds: 600,
  };
  const spec = {
    ...{ image: `worker:${version}`, cpuUnits: 256, memoryMiB: 512 },
    ...{ environment: {}, secrets: {} },
  };
  const request = {
    ...{ id, service: 'local/shop-worker', environment: 'local', cluster: 'local', ecsName: 'shop-worker' },
    ...{ app: 'shop', name: 'worker', whenBusy: 'queue', actor: 'bench', requestHash: id },
    requestedAt: clock.now(),
    what: { type: 'content', hash: String(version), spec, settings, count: 4, ...(course && { course }) },
  };
  await engine.deliver(ref, { type: 'create', request }, `create/${id}`);
  await alarms.ring(ref, clock.now());
  for (let minutes = 0; minutes < 2 * 24 * 60; minutes++) {
    await clock.advance(60_000);
    const state = (await store.load(ref))?.state as DeploymentState;
    if (state.at.phase === 'ended') return state;
  }
  throw new Error(`${id} has no verdict after two days`);
}
