import type { Work } from '../time/work.ts';
import type { Outcome } from './health.ts';
import type { Unused } from './messages.ts';
import type { TrafficThread } from './traffic-thread.ts';

type Question = Parameters<TrafficThread['probe']>[0];

export interface AwaitedOptions {
  readonly work: Work;
  /** Answers for a target that has no socket; undefined for one that is to be asked over the network. */
  probe?(question: Question): Outcome | undefined;
}

export interface Awaited {
  readonly traffic: TrafficThread;
  /** The thread's confirmation that a target is out of use. */
  unused(unused: Unused): void;
}

/** A target that is busy may take as long as it likes: time moves on. */
const drainPatienceMs = 200;

/** Lets a virtual clock stand while a target is asked how it is, or is taken out of rotation. */
export function awaitedTraffic(traffic: TrafficThread, { work, probe }: AwaitedOptions): Awaited {
  /** By target, with the last update about it: one that came before it is confirmed no more. */
  const draining = new Map<string, { readonly number: number; end(): void }>();
  return {
    traffic: {
      ...traffic,
      probe(question) {
        const outcome = probe?.(question);
        return outcome ? Promise.resolve(outcome) : work.during(traffic.probe(question), question.timeoutMs);
      },
      tell(update) {
        const leaves = update.type === 'target' && (update.state === 'draining' || update.state === 'gone');
        if (leaves && traffic.isRunning()) {
          draining.get(keyOf(update))?.end();
          draining.set(keyOf(update), { number: update.number, end: work.begin(drainPatienceMs) });
        }
        traffic.tell(update);
      },
    },
    unused(unused) {
      const last = draining.get(keyOf(unused));
      if (last?.number !== unused.number) return;
      last.end();
      draining.delete(keyOf(unused));
    },
  };
}

const keyOf = ({ targetGroupArn, target }: Pick<Unused, 'targetGroupArn' | 'target'>): string =>
  `${targetGroupArn} ${target.address}:${target.port}`;
