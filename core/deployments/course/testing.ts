import type { ObservedDeployment, SeenService } from '../../ecs/service.ts';
import type { JobEnded, JobMessage } from '../../jobs/model.ts';
import type { Input } from '../../kernel/plan.ts';
import type { Aim, ServiceMessage, ServiceSettings } from '../../services/model.ts';
import { deployments } from '../decide.ts';
import type { Evidence } from '../judge/model.ts';
import type { DeploymentEffect, DeploymentMessage, DeploymentState } from '../model.ts';
import type { DeploymentSeen, EvidenceQuery } from '../seeing.ts';
import { hookAnswer } from './hook.ts';
import type { Course, JudgePlan } from './model.ts';
import { nextPercent } from './steps.ts';

const arn = (revision: number) => `arn:aws:ecs:us-east-1:000000000000:task-definition/f:${revision}`;

export const judgePlan: JudgePlan = {
  settings: { falseAlarms: 0.01, errors: { atMostRatio: 1.5 }, metrics: [], exits: false, traffic: false },
  source: { type: 'metrics', namespace: 'Berth' },
  metrics: {},
  dryRun: false,
  promoteEarly: false,
  extendSeconds: 600,
  undecided: 'pause',
  noData: 'pause',
  baselineTasks: 0,
};

export const plainCourse: Course = {
  strategy: 'canary',
  steps: [
    { trafficPercent: 5, forSeconds: 60 },
    { trafficPercent: 25, forSeconds: 120 },
  ],
  bakeSeconds: 60,
  gates: { windows: [], webhooks: [] },
  before: [],
  after: [],
};

interface Given {
  readonly isShifted?: boolean;
  readonly jobs?: Readonly<Record<string, JobEnded['verdict']>>;
}

interface Errors {
  readonly canary: number;
  readonly baseline: number;
}

/**
 * A deployment from v1 to v2 in a world that does what it is told at once: ECS with its hook, or siblings; jobs; and a
 * stream of requests, 100 a second, whose shares of errors are given. Time goes by in steps of five seconds.
 */
export class CourseWorld {
  state: DeploymentState;
  now = 0;
  percent = 0;
  /** Of ECS's service deployment. */
  ecs: 'none' | 'scaling' | 'shifting' | 'baking' | 'completed' | 'returned' = 'none';
  siblings: Readonly<Record<string, { readonly count: number }>> = {};
  readonly sent: { readonly to: string; readonly message: { readonly type: string } }[] = [];
  readonly shares: number[] = [];
  readonly evidence: Evidence[] = [];
  /** How jobs end, by name; a job that is not named succeeds. */
  readonly #jobs: Readonly<Record<string, JobEnded['verdict']>>;
  locks: readonly string[] = [];
  errors: Errors = { canary: 0.01, baseline: 0.01 };
  hooks: 'answer' | 'never' = 'answer';
  /** How long after its end an interval of evidence is there. */
  lateMs = 0;
  readonly #isShifted: boolean;
  #messages = 0;
  #nextHookAt = 0;

  constructor(course: Course, { isShifted = true, jobs = {} }: Given = {}) {
    this.#isShifted = isShifted;
    this.#jobs = jobs;
    const settings: ServiceSettings = {
      minimumHealthyPercent: 100,
      maximumPercent: 200,
      circuitBreaker: true,
      timeoutSeconds: 600,
      ...(isShifted && { listen: 80, shift: { strategy: 'LINEAR', stepPercent: 5 } as const }),
    };
    const before: Aim = { release: { number: 1, hash: 'a', taskDefinitionArn: arn(1) }, settings, count: 8 };
    const spec = { image: 'shop:2', cpuUnits: 256, memoryMiB: 512, environment: {}, secrets: {} };
    const request = {
      id: 'dep_00000000000000000000000001',
      service: 'local/shop-web',
      environment: 'local',
      cluster: 'local',
      ecsName: 'shop-web',
      app: 'shop',
      name: 'web',
      what: { type: 'content', hash: 'b', spec, settings, count: 8, course },
      whenBusy: 'supersede',
      actor: 'ann',
      requestHash: 'h',
      requestedAt: 0,
      notify: { kind: 'application', id: 'app_1' },
    } as const;
    this.state = undefined as unknown as DeploymentState;
    this.say({ type: 'create', request });
    this.say({ type: 'granted', release: { number: 2, hash: 'b' }, before });
  }

  say(message: DeploymentMessage): void {
    this.#absorb({ type: 'message', id: String(this.#messages++), message });
  }

  get phase(): string {
    return this.state.at.phase === 'ended' ? this.state.at.verdict : this.state.at.phase;
  }

  /** Lets time go by until `condition` holds; throws where it does not within a day. */
  until(condition: (world: this) => boolean): void {
    for (let turn = 0; !condition(this); turn++) {
      if (turn > 20_000)
        throw new Error(`still ${this.phase} at ${this.now}: ${JSON.stringify(this.state.at)}`);
      this.pass();
    }
  }

  pass(): void {
    this.now += 5_000;
    this.#ecsGoesOn();
    this.look();
  }

  /** Decides until nothing more is to be done at this moment. */
  look(): void {
    for (let turn = 0; turn < 50; turn++) {
      const plan = deployments.decide(this.state, this.#see(), this.now);
      const isSame = JSON.stringify(plan.next) === JSON.stringify(this.state);
      this.state = plan.next;
      for (const effect of plan.effects) this.#perform(effect as { type: string });
      if (isSame && plan.effects.length === 0) return;
    }
    throw new Error('never comes to rest');
  }

  #absorb(input: Input<DeploymentMessage, DeploymentEffect>): void {
    this.state = deployments.absorb(this.state, input, this.now) as DeploymentState;
    this.look();
  }

  #perform(effect: { type: string }): void {
    const given = effect as DeploymentEffect | { type: 'send'; to: { id: string }; message: unknown };
    if (given.type === 'send') this.#send(given.to.id, given.message as { type: string });
    if (given.type === 'keep_evidence') this.evidence.push(...given.evidence);
    if (given.type === 'register') {
      const value = { taskDefinitionArn: arn(2) };
      this.#absorb({ type: 'outcome', id: 'r', effect: given, outcome: { ok: true, value } });
    }
  }

  #send(to: string, message: { type: string }): void {
    this.sent.push({ to, message });
    const told = message as ServiceMessage | JobMessage;
    if (told.type === 'aim') this.#aim(told);
    if (told.type === 'siblings') this.#tried(told);
    if (told.type === 'start') {
      const { id: job, name } = told.request;
      const verdict = this.#jobs[name] ?? 'succeeded';
      this.say({ type: 'job_ended', job, verdict, reason: verdict === 'succeeded' ? 'exit 0' : 'exit 1' });
    }
  }

  #aim({ aim, isReturn }: Extract<ServiceMessage, { type: 'aim' }>): void {
    this.ecs = isReturn ? 'returned' : this.#isShifted ? 'scaling' : 'completed';
    this.percent = isReturn ? 0 : this.percent;
    const { taskDefinitionArn } = aim.release;
    const ecsDeploymentId = `ecs-svc/${aim.release.number}`;
    const targetGroups = { old: 'tg/blue', new: 'tg/green' };
    this.say({
      type: 'applied',
      generation: 2,
      ecsDeploymentId,
      taskDefinitionArn,
      at: this.now,
      ...(this.#isShifted && { targetGroups }),
    });
  }

  #tried({ siblings }: Extract<ServiceMessage, { type: 'siblings' }>): void {
    const before: Readonly<Record<string, object>> = this.siblings;
    this.siblings = siblings as typeof this.siblings;
    for (const role of ['canary', 'baseline'] as const) {
      const wanted = siblings[role];
      // What stands there already is not told of again.
      if (!wanted || JSON.stringify(wanted) === JSON.stringify(before[role])) continue;
      const { taskDefinitionArn } = wanted.aim.release;
      const news = { role, generation: 3, ecsDeploymentId: 'ecs-svc/s', count: wanted.count, at: this.now };
      this.say({ type: 'sibling_applied', taskDefinitionArn, ...news });
    }
  }

  #ecsGoesOn(): void {
    if (this.ecs === 'scaling') this.ecs = 'shifting';
    if (this.ecs !== 'shifting' && this.ecs !== 'baking') return;
    if (this.hooks === 'never' || this.now < this.#nextHookAt) return;
    const stage = this.ecs === 'shifting' ? 'PRE_PRODUCTION_TRAFFIC_SHIFT' : 'POST_PRODUCTION_TRAFFIC_SHIFT';
    const call = { stage, serviceDeploymentArn: 'sd/1', at: this.now };
    this.say({ type: 'hook', ...call });
    const answer = hookAnswer(this.state, call);
    if (answer.hookStatus === 'FAILED') this.ecs = 'returned';
    if (answer.hookStatus === 'IN_PROGRESS') this.#nextHookAt = this.now + answer.callBackDelay * 1000;
    if (answer.hookStatus !== 'SUCCEEDED') return;
    if (this.ecs === 'baking') this.ecs = 'completed';
    else {
      this.percent = nextPercent({ strategy: 'LINEAR', stepPercent: 5 }, this.percent);
      this.shares.push(this.percent);
      if (this.percent >= 100) this.ecs = 'baking';
    }
  }

  #see(): DeploymentSeen {
    const query = deployments.observe(this.state, this.now);
    return {
      ...(query.service && { service: this.#service() }),
      ...(query.siblings && {
        siblings: { canary: sibling(2, this.siblings.canary?.count ?? 0), baseline: sibling(1, 8) },
      }),
      ...(query.gates && {
        gates: {
          locks: this.locks.map((message) => ({ of: 'service' as const, actor: 'cat', message, since: 0 })),
        },
      }),
      ...(query.judge && { judge: this.#evidence(query.judge) }),
      ...(query.deaths && { deaths: 0 }),
    };
  }

  #service(): SeenService {
    const isOld = this.ecs === 'returned';
    const done = this.ecs === 'completed' || isOld;
    const revision = isOld ? 1 : 2;
    const primary = observed(revision, 'PRIMARY', 8, done);
    return {
      seen: 'service',
      serviceArn: 'arn' as never,
      status: 'ACTIVE',
      taskDefinitionArn: arn(revision),
      desiredCount: 8,
      runningCount: 8,
      pendingCount: 0,
      deployments: done ? [primary] : [primary, observed(1, 'ACTIVE', 8, true)],
      serviceDeployments: [
        {
          arn: 'sd/1' as never,
          status: isOld ? 'ROLLBACK_SUCCESSFUL' : done ? 'SUCCESSFUL' : 'IN_PROGRESS',
          statusReason: undefined,
          taskDefinitionArn: arn(2) as never,
          createdAtMs: 1,
          trafficPercent: this.percent,
        },
      ],
    };
  }

  #evidence({ sinceMs, share, untilMs = this.now }: EvidenceQuery): Evidence[] {
    const intervals: Evidence[] = [];
    const lastMs = Math.min(untilMs, this.now - this.lateMs) - 10_000;
    for (let fromMs = Math.ceil(sinceMs / 10_000) * 10_000; fromMs <= lastMs; fromMs += 10_000) {
      const requests = { canary: 1000 * share, baseline: 1000 * (1 - share) };
      const errors = {
        canary: Math.round(requests.canary * this.errors.canary),
        baseline: Math.round(requests.baseline * this.errors.baseline),
        counted: 'episodes' as const,
      };
      intervals.push({ fromMs, toMs: fromMs + 10_000, share, requests, errors });
    }
    return intervals;
  }
}

function observed(revision: number, status: string, running: number, done: boolean): ObservedDeployment {
  return {
    id: `ecs-svc/${revision}`,
    status,
    taskDefinitionArn: arn(revision),
    rolloutState: done ? 'COMPLETED' : 'IN_PROGRESS',
    rolloutStateReason: undefined,
    desiredCount: running,
    runningCount: running,
    pendingCount: 0,
    failedTasks: 0,
    createdAtMs: 1,
  };
}

function sibling(revision: number, running: number): SeenService {
  return {
    seen: 'service',
    serviceArn: 'arn' as never,
    status: 'ACTIVE',
    taskDefinitionArn: arn(revision),
    desiredCount: running,
    runningCount: running,
    pendingCount: 0,
    deployments: [observed(revision, 'PRIMARY', running, true)],
    serviceDeployments: [],
  };
}
