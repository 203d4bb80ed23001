import type { Timer } from '../support/clock.ts';
import type { Condition } from './health.ts';
import type { Target } from './targets.ts';

/** One target of one group while it is registered or draining. */
export class Member {
  readonly targetGroupArn: string;
  readonly target: Target;
  condition: Condition;
  /** The last update that the traffic thread was sent about it. */
  sent = 0;
  /** Requests in flight as last reported. */
  inFlight = 0;
  #checks: { timer: Timer | undefined } | undefined;
  #deadline: Timer | undefined;

  constructor(targetGroupArn: string, target: Target, condition: Condition) {
    this.targetGroupArn = targetGroupArn;
    this.target = target;
    this.condition = condition;
  }

  get checked(): boolean {
    return this.#checks !== undefined;
  }

  /** Calls `check` at once and again whenever it returns a delay, until `stopChecks`. */
  startChecks(
    check: (stopped: () => boolean) => Promise<number>,
    after: (ms: number, act: () => void) => Timer,
  ) {
    const checks: { timer: Timer | undefined } = { timer: undefined };
    this.#checks = checks;
    const stopped = () => this.#checks !== checks;
    const round = async () => {
      const delayMs = await check(stopped);
      if (!stopped()) checks.timer = after(delayMs, () => void round());
    };
    void round();
  }

  stopChecks(): void {
    this.#checks?.timer?.cancel();
    this.#checks = undefined;
  }

  setDeadline(timer: Timer | undefined): void {
    this.#deadline?.cancel();
    this.#deadline = timer;
  }

  /** Ends checks and timers. */
  close(): void {
    this.stopChecks();
    this.setDeadline(undefined);
  }
}
