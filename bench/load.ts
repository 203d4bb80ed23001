import { fileURLToPath } from 'node:url';
import type { LoadReport } from '../test/support/load.ts';
import { openChild } from './child.ts';

/** What a load asks for: `visits` are mostly looks and sometimes an order, `looks` only look. */
export type Mix = 'visits' | 'looks';

export interface LoadOrder {
  /** On loopback, without a path. */
  readonly url: string;
  readonly ratePerSecond: number;
  readonly mix: Mix;
}

export interface MeasuredLoad extends LoadReport {
  /** 99 of 100 turns of the generator's own event loop came no later than this; requests began as late. */
  readonly lagP99Ms: number;
}

/** What the benchmark and its load generator tell each other. */
export type LoadMessage = { readonly start: LoadOrder } | 'stop';
export type LoadAnswer =
  | { readonly state: 'started' }
  | { readonly state: 'stopped'; readonly load: MeasuredLoad };

/** The load generator, in a process of its own: nothing else that the benchmark does delays its requests. */
export interface LoadProcess {
  /** Begins a load, one at a time; resolves once requests are under way. */
  start(order: LoadOrder): Promise<void>;
  /** Begins no more requests, waits for those in flight, and reports. */
  stop(): Promise<MeasuredLoad>;
  close(): void;
}

const program = fileURLToPath(new URL('./load-process.ts', import.meta.url));

export function openLoadProcess(): LoadProcess {
  const child = openChild<LoadMessage, LoadAnswer>(program);
  return {
    async start(order) {
      await child.ask({ start: order });
    },
    async stop() {
      const answer = await child.ask('stop');
      if (answer.state !== 'stopped') throw new Error('the load generator did not stop its load');
      return answer.load;
    },
    close: child.close,
  };
}
