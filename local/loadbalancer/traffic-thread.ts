import { Worker } from 'node:worker_threads';
import type { Clock } from '../support/clock.ts';
import type { Outcome } from './health.ts';
import type {
  Answer,
  FromTraffic,
  Question,
  Report,
  Routes,
  TargetUpdate,
  TrafficSettings,
  Unused,
} from './messages.ts';

/** The thread that carries the traffic, started again whenever it ends of itself. */
export interface TrafficThread {
  start(): void;
  stop(): Promise<void>;
  /** Whether there is a thread: without one nothing is in rotation and nothing in flight. */
  isRunning(): boolean;
  /** Lost without a thread: each new one must be told everything. */
  tell(update: TargetUpdate | Routes): void;
  /** Rejects with the system's error, or when the thread ends meanwhile. */
  open(listenerArn: string, port: number): Promise<void>;
  /** Never rejects: without the thread the port is closed. */
  close(listenerArn: string, graceMs: number): Promise<void>;
  /** Rejects when the thread ends meanwhile. */
  probe(question: Omit<Question & { type: 'probe' }, 'type'>): Promise<Outcome>;
}

export interface TrafficEvents {
  /** A thread that knows nothing takes the place of one that ended. */
  restarted(): void;
  /** The thread is gone, and all its connections with it. */
  ended(): void;
  unused(unused: Unused): void;
  report(report: Report): void;
}

export interface TrafficThreadOptions {
  readonly settings: TrafficSettings;
  readonly clock: Clock;
  readonly log: (line: string) => void;
  readonly events: TrafficEvents;
}

interface Waiting {
  resolve(outcome: Outcome | undefined): void;
  reject(error: Error): void;
}

/** Between two starts, so that a thread that cannot live does not take the machine with it. */
const restartMs = 1000;

export function createTrafficThread({ settings, clock, log, events }: TrafficThreadOptions): TrafficThread {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let wanted = false;
  let startedMs = 0;
  let lastId = 0;

  const start = () => {
    startedMs = clock.now();
    const mine = new Worker(new URL('./traffic/thread.ts', import.meta.url), { workerData: settings });
    worker = mine;
    mine.on('error', (error) => log(`the load balancer's thread failed: ${textOf(error)}`));
    mine.on('message', (message: FromTraffic) => {
      if (worker === mine) take(message);
    });
    mine.once('exit', () => {
      if (worker === mine) ended();
    });
  };
  const ended = () => {
    worker = undefined;
    for (const { reject } of waiting.values()) reject(new Error('the load balancer had to be restarted'));
    waiting.clear();
    events.ended();
    if (wanted) clock.after(Math.max(0, startedMs + restartMs - clock.now()), restart);
  };
  const restart = () => {
    if (!wanted || worker) return;
    log("the load balancer's thread is started again");
    start();
    events.restarted();
  };
  const take = (message: FromTraffic) => {
    if (message.type === 'unused') return events.unused(message);
    if (message.type === 'report') return events.report(message);
    settle(waiting.get(message.id), message);
    waiting.delete(message.id);
  };
  const ask = (question: Question) =>
    new Promise<Outcome | undefined>((resolve, reject) => {
      if (!worker) return reject(new Error('the load balancer is not running'));
      const id = ++lastId;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ type: 'ask', id, question });
    });
  return {
    start() {
      wanted = true;
      if (!worker) start();
    },
    async stop() {
      wanted = false;
      await worker?.terminate();
    },
    isRunning: () => worker !== undefined,
    tell: (update) => worker?.postMessage(update),
    async open(listenerArn, port) {
      await ask({ type: 'open', listenerArn, port });
    },
    async close(listenerArn, graceMs) {
      await ask({ type: 'close', listenerArn, graceMs }).catch(() => {});
    },
    async probe(question) {
      const outcome = await ask({ type: 'probe', ...question });
      if (!outcome) throw new Error('a probe must have an outcome');
      return outcome;
    },
  };
}

function settle(waiting: Waiting | undefined, { outcome, failure }: Answer): void {
  if (failure) waiting?.reject(Object.assign(new Error(failure.message), { code: failure.code }));
  else waiting?.resolve(outcome);
}

const textOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : `${error}`);
