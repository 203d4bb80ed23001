import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Ask, type Load, startLoad } from '../test/support/load.ts';
import { answerParent } from './child.ts';
import type { LoadAnswer, LoadMessage, LoadOrder, Mix } from './load.ts';

/** The program behind `openLoadProcess`: starts and stops loads as it is told, until its channel ends. */
const lagEveryMs = 5;

const asks: Readonly<Record<Mix, (index: number) => Ask>> = {
  /** Orders may not be repeated behind the customer's back, so they show what looks would hide. */
  visits(index) {
    if (index % 10 === 0)
      return { method: 'POST', path: '/api/orders', body: '{"product":"rope","quantity":2}' };
    return { path: index % 3 === 0 ? '/' : '/api/products' };
  },
  looks: () => ({ path: '/api/products' }),
};

let running: { readonly load: Load; readonly delay: ReturnType<typeof monitorEventLoopDelay> } | undefined;

function start({ url, ratePerSecond, mix }: LoadOrder): LoadAnswer {
  if (running) throw new Error('a load runs already');
  const delay = monitorEventLoopDelay({ resolution: lagEveryMs });
  delay.enable();
  running = { load: startLoad({ url, ratePerSecond, ask: asks[mix] }), delay };
  return { state: 'started' };
}

async function stop(): Promise<LoadAnswer> {
  if (!running) throw new Error('no load runs');
  const { load, delay } = running;
  running = undefined;
  delay.disable();
  // What it measures is the time between two turns, which is never less than its own interval.
  const lagP99Ms = Math.max(0, delay.percentile(99) / 1e6 - lagEveryMs);
  return { state: 'stopped', load: { ...(await load.stop()), lagP99Ms } };
}

answerParent((message: LoadMessage) => (message === 'stop' ? stop() : start(message.start)));
