import type { Target, TargetGroups, TargetGroupTraits, TargetHealth } from '../loadbalancer/targets.ts';
import type { ContainerLaunch } from '../runtimes/runtime.ts';
import { type Script, type ScriptedRuntime, scriptedRuntime } from '../runtimes/scripted/runtime.ts';
import { VirtualClock } from '../support/clock.ts';
import { type Journal, openJournal } from '../support/journal.ts';
import { createEcs, type EcsEngine, type EcsOptions, type ServiceEvent } from './engine.ts';
import type { Capacity } from './ports.ts';
import { ScriptedAlarms, ScriptedFunctions, ScriptedRules } from './strategies/testing.ts';

type Json = Readonly<Record<string, unknown>>;

/** The engine on a virtual clock, over scripted containers and target groups, for tests. */
export interface Bench {
  readonly clock: VirtualClock;
  readonly runtime: ScriptedRuntime;
  readonly targets: ScriptedTargets;
  readonly rules: ScriptedRules;
  readonly alarms: ScriptedAlarms;
  readonly functions: ScriptedFunctions;
  readonly events: ServiceEvent[];
  readonly journal: Journal;
  readonly engine: EcsEngine;
  /** Calls an action; the answer is what would travel. */
  call<Output = Record<string, unknown>>(action: string, input?: Json): Output;
  /** The error an action is refused with: `Code: message`. */
  refusal(action: string, input?: Json): string;
  /** Lets go of the engine and starts another one on the same journal and containers. */
  restart(): Promise<void>;
  /** As a SIGKILL: what was not yet on disk is lost, and for `downMs` nobody looks. Needs a `journalFile`. */
  crash(downMs?: number): Promise<void>;
}

export interface BenchOptions {
  readonly script?: (launch: ContainerLaunch) => Script;
  readonly options?: Partial<EcsOptions>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Objects of S3 by their ARNs. */
  readonly objects?: Readonly<Record<string, string>>;
  /** Where the engine is reached, by callers and containers. */
  readonly endpoint?: () => string;
  readonly journalFile?: string;
  readonly capacity?: Capacity;
}

export async function startBench(wanted: BenchOptions = {}): Promise<Bench> {
  const clock = new VirtualClock(Date.parse('2026-11-20T10:00:00.000Z'));
  const runtime = scriptedRuntime(clock, wanted.script);
  const targets = new ScriptedTargets();
  const rules = new ScriptedRules();
  const alarms = new ScriptedAlarms();
  const functions = new ScriptedFunctions();
  let journal = openJournal(wanted.journalFile);
  const events: ServiceEvent[] = [];
  let seed = 1;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const create = () =>
    createEcs({
      account: '000000000000',
      region: 'us-east-1',
      clock,
      journal,
      runtime,
      targetGroups: targets,
      trafficRules: rules,
      alarms,
      functions,
      random,
      publish: (event) => void events.push(event),
      readSecret: (name) => wanted.secrets?.[name],
      ...(wanted.capacity ? { capacity: wanted.capacity } : {}),
      readObject: (arn) => wanted.objects?.[arn],
      ...(wanted.endpoint
        ? { endpoint: wanted.endpoint, taskEndpoint: async () => wanted.endpoint?.() }
        : {}),
      options: { steadySeconds: 2, ...wanted.options },
    });
  let engine = create();
  await engine.start();
  const call = <Output>(action: string, input: Json = {}) =>
    JSON.parse(JSON.stringify(engine.service.call(action, { ...input }, {}))) as Output;
  return {
    clock,
    runtime,
    targets,
    rules,
    alarms,
    functions,
    events,
    get journal() {
      return journal;
    },
    get engine() {
      return engine;
    },
    call,
    refusal(action, input) {
      try {
        call(action, input);
      } catch (error) {
        return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      }
      return 'accepted';
    },
    async restart() {
      await engine.stop();
      engine = create();
      await engine.start();
    },
    async crash(downMs = 0) {
      const stopped = engine.stop();
      journal = openJournal(wanted.journalFile);
      await stopped;
      await clock.advance(downMs);
      engine = create();
      await engine.start();
    },
  };
}

/** Target groups whose targets are as healthy as `judge` says; deregistered ones drain until `drained`. */
export class ScriptedTargets implements TargetGroups {
  judge: (target: Target) => TargetHealth = () => 'healthy';
  /** Whether a deregistered target is unused at once. */
  drainsAtOnce = true;
  readonly registered = new Map<string, Target>();
  readonly draining = new Map<string, Target>();
  readonly #listeners: ((arn: string, target: Target, health: TargetHealth) => void)[] = [];

  exists(targetGroupArn: string): boolean {
    return targetGroupArn.startsWith('arn:aws:elasticloadbalancing:');
  }

  traits(targetGroupArn: string): TargetGroupTraits | undefined {
    return this.exists(targetGroupArn) ? { targetType: undefined, hasLoadBalancer: true } : undefined;
  }

  register(arn: string, target: Target): void {
    this.registered.set(keyOf(arn, target), target);
    this.#tell(arn, target);
  }

  deregister(arn: string, target: Target): void {
    const key = keyOf(arn, target);
    if (this.registered.delete(key) && !this.drainsAtOnce) this.draining.set(key, target);
    this.#tell(arn, target);
  }

  health(arn: string, target: Target): TargetHealth {
    const key = keyOf(arn, target);
    if (this.draining.has(key)) return 'draining';
    return this.registered.has(key) ? this.judge(target) : 'unused';
  }

  onChange(listener: (arn: string, target: Target, health: TargetHealth) => void): void {
    this.#listeners.push(listener);
  }

  /** Tells everyone that any target may have changed. */
  changed(): void {
    for (const [key, target] of this.registered) this.#tell(key.split('|')[0] ?? '', target);
  }

  /** The requests in flight of every draining target have ended. */
  drained(): void {
    const all = [...this.draining];
    this.draining.clear();
    for (const [key, target] of all) this.#tell(key.split('|')[0] ?? '', target);
  }

  #tell(arn: string, target: Target): void {
    for (const listener of this.#listeners) listener(arn, target, this.health(arn, target));
  }
}

function keyOf(arn: string, target: Target): string {
  return `${arn}|${target.address}:${target.port}`;
}

export const targetGroupArn =
  'arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/0123456789abcdef';

/** A Fargate task definition of one container that listens on 8080. */
export function webDefinition(change: Json = {}, container: Json = {}): Json {
  return {
    family: 'web',
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    containerDefinitions: [
      { name: 'app', image: 'shop:1', portMappings: [{ containerPort: 8080 }], ...container },
    ],
    ...change,
  };
}

export const network = { awsvpcConfiguration: { subnets: ['subnet-a', 'subnet-b'] } };

/** A Fargate service `web` of two tasks; `change` replaces members. */
export function webService(change: Json = {}): Json {
  return {
    serviceName: 'web',
    taskDefinition: 'web',
    desiredCount: 2,
    launchType: 'FARGATE',
    networkConfiguration: network,
    ...change,
  };
}
