import type { TargetUpdate, Unused } from '../messages.ts';
import type { Target } from '../targets.ts';
import { Upstream, type Work } from './upstream.ts';

export interface RotationOptions {
  readonly confirm: (unused: Unused) => void;
  /** Called whenever the number of requests in flight to a target has changed. */
  readonly busy: (upstream: Upstream) => void;
}

/**
 * The targets that requests may go to, as the control plane last said.
 *
 * Safety: what is confirmed as unused was taken out of rotation by that very update or an older one, nothing is
 * in flight to it, and no update sent before can bring it back.
 */
export class Rotation {
  readonly #options: RotationOptions;
  readonly #groups = new Map<string, Map<string, Upstream>>();
  #latest = 0;

  constructor(options: RotationOptions) {
    this.#options = options;
  }

  apply({ number, targetGroupArn, target, state }: TargetUpdate): void {
    if (number <= this.#latest) return;
    this.#latest = number;
    const known = this.#groups.get(targetGroupArn)?.get(keyOf(target));
    if (state === 'draining' || state === 'gone') {
      const leaving = known ?? new Upstream(targetGroupArn, target, 'draining', number);
      leaving.state = 'draining';
      leaving.number = number;
      if (state === 'gone' || leaving.work.size === 0) this.#remove(leaving);
      return;
    }
    const upstream = known ?? this.#add(new Upstream(targetGroupArn, target, state, number));
    upstream.state = state;
    upstream.number = number;
  }

  of(targetGroupArn: string): readonly Upstream[] {
    const members = this.#groups.get(targetGroupArn);
    return members ? [...members.values()] : [];
  }

  /** Counts `work` as in flight at `upstream` until the returned function is called. */
  begin(upstream: Upstream, work: Work): () => void {
    upstream.work.add(work);
    this.#options.busy(upstream);
    return () => {
      if (!upstream.work.delete(work)) return;
      this.#options.busy(upstream);
      if (upstream.state === 'draining' && upstream.work.size === 0) this.#remove(upstream);
    };
  }

  #add(upstream: Upstream): Upstream {
    const members = this.#groups.get(upstream.targetGroupArn) ?? new Map<string, Upstream>();
    this.#groups.set(upstream.targetGroupArn, members.set(keyOf(upstream.target), upstream));
    return upstream;
  }

  #remove(upstream: Upstream): void {
    const { targetGroupArn, target, number } = upstream;
    const members = this.#groups.get(targetGroupArn);
    members?.delete(keyOf(target));
    if (members?.size === 0) this.#groups.delete(targetGroupArn);
    upstream.close();
    this.#options.confirm({ type: 'unused', number, targetGroupArn, target });
  }
}

const keyOf = (target: Target) => `${target.address}:${target.port}`;
