import { Agent } from 'node:http';
import type { Timer } from '../support/clock.ts';
import type { Condition } from './health.ts';
import type { Target } from './targets.ts';

/** A request or an upgraded connection that a target is busy with. */
export interface Work {
  /** Cuts it off; the client sees its connection end. */
  abort(): void;
}

const idleConnectionsPerTarget = 64;

/** One target of one group while it is registered or draining. */
export class Member {
  readonly targetGroupArn: string;
  readonly target: Target;
  condition: Condition;
  /** Kept-alive connections to this target. */
  readonly agent = new Agent({ keepAlive: true, maxFreeSockets: idleConnectionsPerTarget });
  /** Everything in flight; its size is what draining waits for. */
  readonly work = new Set<Work>();
  #checking: { readonly stop: AbortController; timer: Timer | undefined } | undefined;
  #deadline: Timer | undefined;

  constructor(targetGroupArn: string, target: Target, condition: Condition) {
    this.targetGroupArn = targetGroupArn;
    this.target = target;
    this.condition = condition;
  }

  get checked(): boolean {
    return this.#checking !== undefined;
  }

  /** Calls `check` at once and again whenever it returns a delay, until `stopChecks`. */
  startChecks(
    check: (signal: AbortSignal) => Promise<number>,
    after: (ms: number, act: () => void) => Timer,
  ) {
    const checking: { stop: AbortController; timer: Timer | undefined } = {
      stop: new AbortController(),
      timer: undefined,
    };
    this.#checking = checking;
    const round = async () => {
      const delayMs = await check(checking.stop.signal);
      if (!checking.stop.signal.aborted) checking.timer = after(delayMs, () => void round());
    };
    void round();
  }

  stopChecks(): void {
    this.#checking?.timer?.cancel();
    this.#checking?.stop.abort();
    this.#checking = undefined;
  }

  setDeadline(timer: Timer | undefined): void {
    this.#deadline?.cancel();
    this.#deadline = timer;
  }

  /** Ends everything: checks, timers, idle connections and work in flight. */
  close(): void {
    this.stopChecks();
    this.setDeadline(undefined);
    for (const work of [...this.work]) work.abort();
    this.work.clear();
    this.agent.destroy();
  }
}
