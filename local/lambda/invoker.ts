import type { Clock } from '../support/clock.ts';
import { Agent, request } from '../support/http.ts';
import type { Host, Hosts } from './hosts.ts';

export interface Invocation {
  readonly functionName: string;
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
  /** How long to wait for a host, and for the answer. */
  readonly timeoutMs: number;
  readonly hostWaitMs: number;
  /** Whether it may run again when the host died in the middle of it. */
  readonly repeatable: boolean;
}

export type InvocationResult =
  | { readonly state: 'succeeded'; readonly payload: string }
  /** The function threw, timed out or died; the payload tells. */
  | { readonly state: 'failed'; readonly payload: string }
  /** All of the function's workers are busy and its line is full. */
  | { readonly state: 'throttled' }
  | { readonly state: 'timed-out' }
  /** No host, or the host died; `begun` where the function may have run. */
  | { readonly state: 'unavailable'; readonly begun: boolean };

type During = <T>(invocation: Promise<T>, patienceMs: number) => Promise<T>;

/** Runs functions on the Lambda host, whichever process that is at the moment. */
export class Invoker {
  readonly #hosts: Hosts;
  readonly #clock: Clock;
  readonly #during: During;
  #agent: { readonly instance: string; readonly agent: Agent } | undefined;

  constructor(hosts: Hosts, clock: Clock, during: During = (promise) => promise) {
    this.#hosts = hosts;
    this.#clock = clock;
    this.#during = during;
  }

  invoke(invocation: Invocation): Promise<InvocationResult> {
    const { timeoutMs, hostWaitMs } = invocation;
    return this.#during(this.#invoke(invocation), timeoutMs + hostWaitMs);
  }

  async #invoke(invocation: Invocation): Promise<InvocationResult> {
    const until = this.#clock.now() + invocation.hostWaitMs;
    for (;;) {
      const host = await this.#hosts.ready(Math.max(0, until - this.#clock.now()));
      if (!host) return { state: 'unavailable', begun: false };
      const result = await this.#send(host, invocation);
      if (result.state !== 'unavailable') return result;
      this.#hosts.gone(host.instance);
      if (result.begun && !invocation.repeatable) return result;
    }
  }

  close(): void {
    this.#agent?.agent.destroy();
  }

  #send(host: Host, invocation: Invocation): Promise<InvocationResult> {
    const { functionName, payload, requestId, timeoutMs } = invocation;
    return new Promise((resolve) => {
      const call = request(`${host.url}/invoke/${encodeURIComponent(functionName)}`, {
        method: 'POST',
        agent: this.#agentOf(host),
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(payload),
          'x-request-id': requestId,
        },
      });
      const timer = this.#clock.after(timeoutMs, () => {
        resolve({ state: 'timed-out' });
        call.destroy();
      });
      const finish = (result: InvocationResult) => {
        timer.cancel();
        resolve(result);
      };
      call.on('error', (error: NodeJS.ErrnoException) => {
        finish({ state: 'unavailable', begun: error.code !== 'ECONNREFUSED' });
      });
      call.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', () => finish({ state: 'unavailable', begun: true }));
        response.on('end', () => finish(resultOf(response.statusCode, Buffer.concat(chunks).toString())));
      });
      call.end(payload);
    });
  }

  /** Connections to a host that is gone are of no use to the next one at the same address. */
  #agentOf(host: Host): Agent {
    if (this.#agent?.instance !== host.instance) {
      this.#agent?.agent.destroy();
      this.#agent = { instance: host.instance, agent: new Agent({ keepAlive: true, maxSockets: 256 }) };
    }
    return this.#agent.agent;
  }
}

function resultOf(status: number | undefined, payload: string): InvocationResult {
  if (status === 200) return { state: 'succeeded', payload };
  if (status === 429) return { state: 'throttled' };
  if (status === 503) return { state: 'unavailable', begun: false };
  return { state: 'failed', payload };
}
