import { join } from 'node:path';
import type { Credentials } from '../../iam/credentials.ts';
import type { Clock } from '../../support/clock.ts';
import type { FunctionSettings } from '../settings.ts';
import type { FunctionLog } from './function-log.ts';
import type { Outcome } from './outcome.ts';
import { Sandbox, type SandboxOptions } from './sandbox.ts';

export interface PoolOptions {
  readonly settings: FunctionSettings;
  readonly credentials: Credentials;
  readonly account: string;
  readonly region: string;
  /** Where Local AWS is. */
  readonly endpoint: string;
  /** Holds `<function>/index.mjs`. */
  readonly bundles: string;
  readonly clock: Clock;
  readonly log: FunctionLog;
}

const maximumSandboxes = 10;
const maximumWaiting = 1000;

/**
 * A function's execution environments: as many as there are events at once. The first is there from the start where a
 * queue feeds the function; elsewhere the first event waits for it, as at AWS.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #idle: Sandbox[] = [];
  readonly #all = new Set<Sandbox>();
  readonly #waiting: ((sandbox: Sandbox) => void)[] = [];
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    if (options.settings.queues.length > 0) this.#idle.push(this.#started());
  }

  /** Runs one event; waits for a free sandbox in turn, up to a bound. */
  async invoke(requestId: string, payload: string): Promise<Outcome> {
    const sandbox = this.#closed ? undefined : this.#acquire();
    if (!sandbox) return { state: 'throttled' };
    const mine = await sandbox;
    const { clock, log } = this.#options;
    const startMs = clock.now();
    const outcome = await mine.run(requestId, payload);
    log.note(requestId, `REPORT duration ${clock.now() - startMs} ms, ${outcome.state}`);
    this.#release(mine);
    return outcome;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#all].map((sandbox) => sandbox.close()));
  }

  #acquire(): Sandbox | Promise<Sandbox> | undefined {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (!idle.ended) return idle;
      this.#all.delete(idle);
    }
    if (this.#all.size < maximumSandboxes) return this.#started();
    if (this.#waiting.length >= maximumWaiting) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #release(sandbox: Sandbox): void {
    const next = this.#waiting.shift();
    const free = sandbox.ended ? undefined : sandbox;
    if (!free) this.#all.delete(sandbox);
    // A closed pool still owes an answer to those who wait; its sandboxes answer them at once.
    if (next) next(free ?? this.#started());
    else if (free) this.#idle.push(free);
  }

  #started(): Sandbox {
    const sandbox = new Sandbox(sandboxOptions(this.#options));
    this.#all.add(sandbox);
    if (this.#closed) void sandbox.close();
    return sandbox;
  }
}

function sandboxOptions({
  settings,
  credentials,
  account,
  region,
  endpoint,
  bundles,
  clock,
  log,
}: PoolOptions): SandboxOptions {
  const { name, memoryMb, timeoutSeconds } = settings;
  return {
    entry: join(bundles, name, 'index.mjs'),
    functionName: name,
    functionArn: `arn:aws:lambda:${region}:${account}:function:${name}`,
    memoryMb,
    timeoutMs: timeoutSeconds * 1000,
    clock,
    log,
    environment: {
      TZ: ':UTC',
      LANG: 'en_US.UTF-8',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
      AWS_ENDPOINT_URL: endpoint,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
      _HANDLER: 'index.handler',
      ...settings.environment,
    },
  };
}
