import type { Clock } from '../support/clock.ts';
import { afterCheck, type Condition, nextCheckMs, type Outcome, type Pace } from './health.ts';
import { Member, type Work } from './member.ts';
import { listenersOf, type Registration, type Tables, type TargetGroup } from './model.ts';
import { probe } from './probe.ts';
import type { Target, TargetGroups, TargetHealth } from './targets.ts';

export interface Pool {
  readonly targets: TargetGroups;
  members(targetGroupArn: string): Member[];
  /** Counts `work` as in flight at `member` until the returned function is called. */
  begin(member: Member, work: Work): () => void;
  healthOf(member: Member): TargetHealth;
  /** Starts or stops checks after listeners or groups changed. */
  refresh(): void;
  start(): void;
  stop(): void;
}

type Listener = Parameters<TargetGroups['onChange']>[0];

/**
 * The targets of all groups: who is registered, who is healthy, who is draining.
 *
 * Safety: from the moment `deregister` returns, no new request goes to that target.
 */
export function createPool(options: {
  readonly tables: Tables;
  readonly clock: Clock;
  /** Multiplies the real intervals of health checks. */
  readonly healthCheckScale: number;
}): Pool {
  const { tables, clock } = options;
  const groups = new Map<string, Map<string, Member>>();
  const listeners: Listener[] = [];
  let running = false;

  const inUse = (arn: string) => listenersOf(tables, arn).length > 0;
  const membersOf = (arn: string) => groups.get(arn) ?? new Map<string, Member>();

  const healthOf = (member: Member): TargetHealth => {
    if (membersOf(member.targetGroupArn).get(keyOf(member.target)) !== member) return 'unused';
    if (member.condition.state === 'draining') return 'draining';
    return inUse(member.targetGroupArn) ? member.condition.state : 'unused';
  };
  const tell = (member: Member) => {
    const health = healthOf(member);
    // Not within the caller's own call, yet in the same turn, so that one append of the journal holds both.
    queueMicrotask(() => {
      for (const listener of listeners) listener(member.targetGroupArn, member.target, health);
    });
  };
  const save = (member: Member) => {
    const health = member.condition.state;
    if (health === 'draining') return;
    const { targetGroupArn, target } = member;
    tables.registrations.put(rowKey(targetGroupArn, target), { targetGroupArn, target, health });
  };
  const become = (member: Member, condition: Condition) => {
    const changed = condition.state !== member.condition.state;
    member.condition = condition;
    if (!changed) return;
    save(member);
    tell(member);
  };
  const remove = (member: Member) => {
    const members = membersOf(member.targetGroupArn);
    members.delete(keyOf(member.target));
    if (members.size === 0) groups.delete(member.targetGroupArn);
    member.close();
    tell(member);
  };

  const check = async (member: Member, signal: AbortSignal): Promise<number> => {
    const group = tables.targetGroups.get(member.targetGroupArn);
    if (!group) return missingGroupRetryMs;
    const pace = paceOf(group, options.healthCheckScale);
    const outcome: Outcome = await probe(member.target, group.healthCheck, {
      clock,
      timeoutMs: pace.timeoutMs,
      signal,
    });
    if (!signal.aborted) become(member, afterCheck(member.condition, outcome, pace, clock.now()));
    return nextCheckMs(member.condition, pace);
  };
  const watch = (member: Member) => {
    const wanted = running && member.condition.state !== 'draining' && inUse(member.targetGroupArn);
    if (wanted === member.checked) return;
    if (!wanted) return member.stopChecks();
    if (member.condition.state === 'initial') member.condition = { state: 'initial', sinceMs: clock.now() };
    member.startChecks(
      (signal) => check(member, signal),
      (ms, act) => clock.after(ms, act),
    );
  };
  const add = (targetGroupArn: string, target: Target, condition: Condition): Member => {
    const member = new Member(targetGroupArn, target, condition);
    const members = membersOf(targetGroupArn);
    members.set(keyOf(target), member);
    groups.set(targetGroupArn, members);
    watch(member);
    return member;
  };

  const register = (targetGroupArn: string, target: Target) => {
    if (!tables.targetGroups.has(targetGroupArn)) return;
    const existing = membersOf(targetGroupArn).get(keyOf(target));
    if (existing && existing.condition.state !== 'draining') return;
    const initial: Condition = { state: 'initial', sinceMs: clock.now() };
    if (!existing) {
      const member = add(targetGroupArn, target, initial);
      save(member);
      return tell(member);
    }
    existing.setDeadline(undefined);
    become(existing, initial);
    watch(existing);
  };
  const deregister = (targetGroupArn: string, target: Target) => {
    const member = membersOf(targetGroupArn).get(keyOf(target));
    if (!member || member.condition.state === 'draining') return;
    tables.registrations.delete(rowKey(targetGroupArn, target));
    member.stopChecks();
    if (member.work.size === 0) return remove(member);
    const delayMs = 1000 * (tables.targetGroups.get(targetGroupArn)?.deregistrationDelaySeconds ?? 0);
    become(member, { state: 'draining', untilMs: clock.now() + delayMs });
    member.setDeadline(clock.after(delayMs, () => remove(member)));
  };

  return {
    targets: {
      exists: (arn) => tables.targetGroups.has(arn),
      register,
      deregister,
      health(arn, target) {
        const member = membersOf(arn).get(keyOf(target));
        return member ? healthOf(member) : 'unused';
      },
      onChange(listener) {
        listeners.push(listener);
      },
    },
    members: (arn) => [...membersOf(arn).values()],
    begin(member, work) {
      member.work.add(work);
      return () => {
        if (!member.work.delete(work) || member.work.size > 0) return;
        if (member.condition.state === 'draining') remove(member);
      };
    },
    healthOf,
    refresh() {
      for (const members of groups.values()) {
        for (const member of members.values()) {
          const before = member.checked;
          watch(member);
          if (member.checked !== before) tell(member);
        }
      }
    },
    start() {
      running = true;
      for (const { targetGroupArn, target, health } of tables.registrations.values()) {
        add(targetGroupArn, target, remembered(health, clock.now()));
      }
    },
    stop() {
      running = false;
      for (const members of groups.values()) for (const member of members.values()) member.close();
      groups.clear();
    },
  };
}

const missingGroupRetryMs = 1000;

export const keyOf = (target: Target) => `${target.address}:${target.port}`;
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
