import type { Clock } from '../support/clock.ts';
import { afterCheck, type Condition, nextCheckMs, type Pace } from './health.ts';
import { Member } from './member.ts';
import type { InFlight, TargetState, Unused } from './messages.ts';
import { listenersOf, type Registration, type Tables, type TargetGroup } from './model.ts';
import type { Target, TargetGroups, TargetGroupTraits, TargetHealth } from './targets.ts';
import type { TrafficThread } from './traffic-thread.ts';

export interface PoolOptions {
  readonly tables: Tables;
  readonly clock: Clock;
  readonly traffic: TrafficThread;
  /** Multiplies the real intervals of health checks. */
  readonly healthCheckScale: number;
}

type Listener = Parameters<TargetGroups['onChange']>[0];

/**
 * The targets of all groups: who is registered, who is healthy, who is draining.
 *
 * Safety: a target is `unused` only when the traffic thread has taken it out of rotation by the last update
 * about it, and nothing is in flight to it; or when there is no such thread.
 */
export class Pool implements TargetGroups {
  readonly #options: PoolOptions;
  readonly #groups = new Map<string, Map<string, Member>>();
  readonly #listeners: Listener[] = [];
  #running = false;
  #lastUpdate = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  exists(targetGroupArn: string): boolean {
    return this.#options.tables.targetGroups.has(targetGroupArn);
  }

  traits(targetGroupArn: string): TargetGroupTraits | undefined {
    const { tables } = this.#options;
    const group = tables.targetGroups.get(targetGroupArn);
    return (
      group && {
        targetType: group.targetType ?? 'ip',
        hasLoadBalancer: listenersOf(tables, targetGroupArn).length > 0,
      }
    );
  }

  /** Does nothing when the group is gone; `health` then says `unused`. */
  register(targetGroupArn: string, target: Target): void {
    if (!this.exists(targetGroupArn)) return;
    const existing = this.#find(targetGroupArn, target);
    if (existing && existing.condition.state !== 'draining') return;
    existing?.setDeadline(undefined);
    const initial: Condition = { state: 'initial', sinceMs: this.#options.clock.now() };
    const member = existing ?? this.#add(targetGroupArn, target, initial);
    member.condition = initial;
    this.#save(member);
    this.#send(member, 'initial');
    this.#watch(member);
    this.#tell(member);
  }

  deregister(targetGroupArn: string, target: Target): void {
    const { tables, clock, traffic } = this.#options;
    const member = this.#find(targetGroupArn, target);
    if (!member || member.condition.state === 'draining') return;
    tables.registrations.delete(rowKey(targetGroupArn, target));
    member.stopChecks();
    if (!traffic.isRunning()) {
      this.#remove(member);
      return;
    }
    const delayMs = 1000 * (tables.targetGroups.get(targetGroupArn)?.deregistrationDelaySeconds ?? 0);
    this.#become(member, { state: 'draining', untilMs: clock.now() + delayMs });
    member.setDeadline(clock.after(delayMs, () => this.#send(member, 'gone')));
  }

  /** The traffic thread's confirmation; one of an earlier update says nothing about the present. */
  unused({ number, targetGroupArn, target }: Unused): void {
    const member = this.#find(targetGroupArn, target);
    if (member?.condition.state === 'draining' && member.sent === number) this.#remove(member);
  }

  inFlight(counts: readonly InFlight[]): void {
    for (const { targetGroupArn, target, count } of counts) {
      const member = this.#find(targetGroupArn, target);
      if (member) member.inFlight = count;
    }
  }

  /** Without a thread nothing is in flight. */
  trafficEnded(): void {
    for (const member of this.#all()) {
      member.inFlight = 0;
      if (member.condition.state === 'draining') this.#remove(member);
    }
  }

  /** Tells a new traffic thread about all. */
  tellAll(): void {
    for (const member of this.#all()) this.#send(member, member.condition.state);
  }

  health(targetGroupArn: string, target: Target): TargetHealth {
    const member = this.#find(targetGroupArn, target);
    return member ? this.healthOf(member) : 'unused';
  }

  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  members(targetGroupArn: string): Member[] {
    return [...(this.#groups.get(targetGroupArn)?.values() ?? [])];
  }

  healthOf(member: Member): TargetHealth {
    if (this.#find(member.targetGroupArn, member.target) !== member) return 'unused';
    if (member.condition.state === 'draining') return 'draining';
    return this.#inUse(member) ? member.condition.state : 'unused';
  }

  /** Starts or stops checks after listeners changed. */
  refresh(): void {
    for (const member of this.#all()) {
      const before = member.checked;
      this.#watch(member);
      if (member.checked !== before) this.#tell(member);
    }
  }

  /** Takes up the registrations that are remembered, with the health they had. */
  start(): void {
    const { tables, clock } = this.#options;
    this.#running = true;
    for (const { targetGroupArn, target, health } of tables.registrations.values()) {
      this.#watch(this.#add(targetGroupArn, target, remembered(health, clock.now())));
    }
    this.tellAll();
  }

  /** Ends all checks; remembers the registrations. */
  stop(): void {
    this.#running = false;
    for (const member of this.#all()) member.close();
    this.#groups.clear();
  }

  #all(): Member[] {
    return [...this.#groups.values()].flatMap((members) => [...members.values()]);
  }

  #find(targetGroupArn: string, target: Target): Member | undefined {
    return this.#groups.get(targetGroupArn)?.get(keyOf(target));
  }

  #inUse(member: Member): boolean {
    return listenersOf(this.#options.tables, member.targetGroupArn).length > 0;
  }

  #add(targetGroupArn: string, target: Target, condition: Condition): Member {
    const members = this.#groups.get(targetGroupArn) ?? new Map<string, Member>();
    const member = new Member(targetGroupArn, target, condition);
    members.set(keyOf(target), member);
    this.#groups.set(targetGroupArn, members);
    return member;
  }

  #remove(member: Member): void {
    const members = this.#groups.get(member.targetGroupArn);
    members?.delete(keyOf(member.target));
    if (members?.size === 0) this.#groups.delete(member.targetGroupArn);
    member.close();
    this.#tell(member);
  }

  #become(member: Member, condition: Condition): void {
    const changed = condition.state !== member.condition.state;
    member.condition = condition;
    if (!changed) return;
    this.#save(member);
    this.#send(member, condition.state);
    this.#tell(member);
  }

  #send(member: Member, state: TargetState): void {
    const { targetGroupArn, target } = member;
    member.sent = ++this.#lastUpdate;
    this.#options.traffic.tell({ type: 'target', number: member.sent, targetGroupArn, target, state });
  }

  #save({ targetGroupArn, target, condition }: Member): void {
    if (condition.state === 'draining') return;
    const row: Registration = { targetGroupArn, target, health: condition.state };
    this.#options.tables.registrations.put(rowKey(targetGroupArn, target), row);
  }

  /** Not within the caller's own call, yet in the same turn, so that one append of the journal holds both. */
  #tell(member: Member): void {
    const health = this.healthOf(member);
    queueMicrotask(() => {
      for (const listener of this.#listeners) listener(member.targetGroupArn, member.target, health);
    });
  }

  #watch(member: Member): void {
    const { clock } = this.#options;
    const wanted = this.#running && member.condition.state !== 'draining' && this.#inUse(member);
    if (wanted === member.checked) return;
    if (!wanted) {
      member.stopChecks();
      return;
    }
    if (member.condition.state === 'initial') member.condition = { state: 'initial', sinceMs: clock.now() };
    member.startChecks(
      (stopped) => this.#check(member, stopped),
      (ms, act) => clock.after(ms, act),
    );
  }

  async #check(member: Member, stopped: () => boolean): Promise<number> {
    const { tables, clock, healthCheckScale, traffic } = this.#options;
    const group = tables.targetGroups.get(member.targetGroupArn);
    if (!group) return retryMs;
    const pace = paceOf(group, healthCheckScale);
    const { target } = member;
    const asked = traffic.probe({ target, check: group.healthCheck, timeoutMs: pace.timeoutMs });
    // A check that could not be made says nothing about the target.
    const outcome = await asked.catch(() => undefined);
    if (!outcome) return retryMs;
    if (!stopped()) this.#become(member, afterCheck(member.condition, outcome, pace, clock.now()));
    return nextCheckMs(member.condition, pace);
  }
}

const retryMs = 1000;

const keyOf = (target: Target) => `${target.address}:${target.port}`;
const rowKey = (arn: string, target: Target) => `${arn} ${keyOf(target)}`;

function remembered(health: Registration['health'], nowMs: number): Condition {
  switch (health) {
    case 'initial':
      return { state: 'initial', sinceMs: nowMs };
    case 'healthy':
      return { state: 'healthy', failures: 0 };
    case 'unhealthy': {
      const failure = { reason: 'Target.FailedHealthChecks', description: 'Health checks failed' } as const;
      return { state: 'unhealthy', successes: 0, failure };
    }
  }
}

/** A scaled time-out stays at a second or more: a busy machine must not look like a sick target. */
function paceOf({ healthCheck }: TargetGroup, scale: number): Pace {
  return {
    intervalMs: Math.max(50, healthCheck.intervalSeconds * 1000 * scale),
    timeoutMs: Math.max(1000, healthCheck.timeoutSeconds * 1000 * scale),
    healthyThreshold: healthCheck.healthyThreshold,
    unhealthyThreshold: healthCheck.unhealthyThreshold,
  };
}
