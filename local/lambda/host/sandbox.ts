import { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '../../support/clock.ts';
import { compileCacheIn } from '../../support/compile-cache.ts';
import type { FunctionLog } from './function-log.ts';
import type { FunctionError, Outcome, WorkerData, WorkerMessage } from './outcome.ts';

export interface SandboxOptions extends WorkerData {
  readonly clock: Clock;
  readonly log: FunctionLog;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** How long a bundle may take to load. AWS gives ten seconds; a busy laptop loads several at once. */
const initTimeoutMs = 30_000;

/**
 * One execution environment: a worker thread with an environment of its own that runs one event at a time.
 * It ends for good when its code does not load, exits, dies, or takes longer than it may.
 */
export class Sandbox {
  readonly #options: SandboxOptions;
  readonly #worker: Worker;
  readonly #initTimer: Timer;
  #initialised: FunctionError | 'pending' | 'ready' = 'pending';
  #running: { readonly requestId: string; readonly timer: Timer; settle(outcome: Outcome): void } | undefined;
  #onInitialised: (() => void)[] = [];
  #ended = false;

  constructor(options: SandboxOptions) {
    this.#options = options;
    const { entry, functionName, functionArn, memoryMb, clock, log } = options;
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      name: functionName,
      workerData: { entry, functionName, functionArn, memoryMb } satisfies WorkerData,
      env: { ...options.environment, ...compileCacheIn(process.env) },
      // Nothing that the host was started with is a function's affair.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: Math.max(64, memoryMb) },
      stdout: true,
      stderr: true,
    });
    this.#initTimer = clock.after(initTimeoutMs, () => {
      this.#die(
        sandboxError('Sandbox.Timedout', `Init timed out after ${(initTimeoutMs / 1000).toFixed(2)} seconds`),
      );
    });
    this.#worker.stdout.on('data', (chunk: Buffer) => log.write(chunk));
    this.#worker.stderr.on('data', (chunk: Buffer) => log.write(chunk));
    this.#worker.on('message', (message: WorkerMessage) => this.#hear(message));
    this.#worker.on('error', (error: Error) => {
      this.#die({
        errorType: error.name,
        errorMessage: error.message,
        trace: (error.stack ?? '').split('\n'),
      });
    });
    this.#worker.on('exit', (code) => {
      this.#die(sandboxError('Runtime.ExitError', `Runtime exited with error: exit status ${code}`));
    });
  }

  /** Whether it can take no further event. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Runs one event; the time to load the bundle does not count. */
  async run(requestId: string, payload: string): Promise<Outcome> {
    await this.#loaded();
    if (this.#initialised !== 'ready') {
      const error = this.#initialised === 'pending' ? exited : this.#initialised;
      void this.close();
      return { state: 'failed', error };
    }
    const { clock, timeoutMs } = this.#options;
    return new Promise((resolve) => {
      const timer = clock.after(timeoutMs, () => this.#die(this.#timedOut(requestId)));
      const settle = (outcome: Outcome) => {
        timer.cancel();
        this.#running = undefined;
        resolve(outcome);
      };
      this.#running = { requestId, timer, settle };
      this.#worker.postMessage({ requestId, payload, deadlineMs: clock.now() + timeoutMs });
    });
  }

  /** Ends it, and what it runs with it. */
  async close(): Promise<void> {
    this.#die(exited);
    await this.#worker.terminate();
  }

  #loaded(): Promise<void> {
    if (this.#initialised !== 'pending' || this.#ended) return Promise.resolve();
    return new Promise((resolve) => this.#onInitialised.push(resolve));
  }

  #hear(message: WorkerMessage): void {
    if (message.type === 'ready') this.#settleInit('ready');
    else if (message.type === 'init-failed') this.#settleInit(message.error);
    else if (message.requestId === this.#running?.requestId) this.#running.settle(message.outcome);
  }

  #settleInit(state: FunctionError | 'ready'): void {
    this.#initTimer.cancel();
    if (this.#initialised === 'pending') this.#initialised = state;
    for (const resolve of this.#onInitialised.splice(0)) resolve();
  }

  #die(error: FunctionError): void {
    if (this.#ended) return;
    this.#ended = true;
    const running = this.#running;
    if (running) this.#options.log.note(running.requestId, `${error.errorType}: ${error.errorMessage}`);
    this.#settleInit(error);
    running?.settle({ state: 'failed', error });
    void this.#worker.terminate();
  }

  #timedOut(requestId: string): FunctionError {
    const seconds = (this.#options.timeoutMs / 1000).toFixed(2);
    return sandboxError(
      'Sandbox.Timedout',
      `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
    );
  }
}

function sandboxError(errorType: string, errorMessage: string): FunctionError {
  return { errorType, errorMessage, trace: [] };
}

const exited = sandboxError('Runtime.ExitError', 'The execution environment was shut down.');
