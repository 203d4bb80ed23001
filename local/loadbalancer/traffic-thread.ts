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
  /** From now on there is one as soon as there is something to carry. */
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
  const questions = createQuestions();
  let worker: Worker | undefined;
  let wanted = false;
  /** Whether it counts as running, yet nobody has needed it: a thread costs time at the start, and memory. */
  let isDormant = false;
  /** What a dormant one was told last. */
  let dormantRoutes: Routes | undefined;
  let startedMs = 0;

  const start = () => {
    startedMs = clock.now();
    const mine = new Worker(new URL('./traffic/thread.ts', import.meta.url), { workerData: settings });
    worker = mine;
    mine.on('error', (error) => log(`the load balancer's thread failed: ${textOf(error)}`));
    mine.on('message', (message: FromTraffic) => worker === mine && take(message));
    mine.once('exit', () => worker === mine && ended());
  };
  const wake = () => {
    if (!isDormant) return;
    isDormant = false;
    start();
    if (dormantRoutes) worker?.postMessage(dormantRoutes);
    dormantRoutes = undefined;
  };
  const tell = (update: TargetUpdate | Routes) => {
    const isNothing = update.type === 'routes' && update.listeners.length === 0;
    if (isDormant && isNothing) dormantRoutes = update;
    else {
      wake();
      worker?.postMessage(update);
    }
  };
  const ended = () => {
    worker = undefined;
    questions.fail(new Error('the load balancer had to be restarted'));
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
    if (message.type === 'unused') events.unused(message);
    else if (message.type === 'report') events.report(message);
    else questions.settle(message);
  };
  const ask = async (question: Question) => {
    wake();
    if (!worker) throw new Error('the load balancer is not running');
    return questions.ask(worker, question);
  };
  return {
    start() {
      wanted = true;
      if (!worker) isDormant = true;
    },
    async stop() {
      wanted = false;
      isDormant = false;
      await worker?.terminate();
    },
    isRunning: () => isDormant || worker !== undefined,
    tell,
    ...askingBy(ask),
  };
}

type Ask = (question: Question) => Promise<Outcome | undefined>;

function askingBy(ask: Ask): Pick<TrafficThread, 'open' | 'close' | 'probe'> {
  return {
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

/** What a thread was asked and has not answered. */
function createQuestions() {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  return {
    ask: (worker: Worker, question: Question) =>
      new Promise<Outcome | undefined>((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        worker.postMessage({ type: 'ask', id, question });
      }),
    settle({ id, outcome, failure }: Answer) {
      const one = waiting.get(id);
      waiting.delete(id);
      if (failure) one?.reject(Object.assign(new Error(failure.message), { code: failure.code }));
      else one?.resolve(outcome);
    },
    fail(error: Error) {
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    },
  };
}

const textOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : `${error}`);
