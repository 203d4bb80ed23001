import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { isIPv4 } from 'node:net';

/** A steady stream of requests to something on this machine. */
export interface LoadOptions {
  /** On loopback; nothing else is ever asked. */
  readonly url: string;
  /** Requests begin at this rate whatever becomes of the ones before (open loop). */
  readonly ratePerSecond: number;
  /** What the `index`th request is; a GET of `url` when left out. */
  readonly ask?: (index: number) => Ask;
  /** A request without a whole answer by then has failed. */
  readonly timeoutMs?: number;
  /** The load ends by itself after so long. */
  readonly longestMs?: number;
  /** Told of the head of every answer. */
  readonly heard?: (head: { readonly status: number; readonly headers: IncomingHttpHeaders }) => void;
}

export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
}

export interface Load {
  /** How it has gone so far. */
  report(): LoadReport;
  /** Begins no more requests, waits for those in flight, and reports. */
  stop(): Promise<LoadReport>;
}

export interface LoadReport {
  readonly requests: number;
  /** Answers other than 2xx and 3xx, broken or late ones, and requests that could not begin. */
  readonly failed: number;
  /** How often each status, or each error without one, came. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** The first failures, each with its moment, for people. */
  readonly failures: readonly Failure[];
  readonly seconds: number;
  /** From the moment a request was due, so that a stall is felt by all who wait; in milliseconds. */
  readonly latencyMs: {
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
    readonly max: number;
  };
}

export interface Failure {
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  readonly outcome: string;
}

const tickMs = 5;
/** A load balancer ends connections that idle for a minute, and what is sent just then is lost: they end well before. */
const mostIdleMs = 20_000;
const mostInFlight = 2_000;
const mostRequests = 1_000_000;
const mostFailuresKept = 20;
const lookAtUrl = (): Ask => ({});
const ignore = () => {};
const overloaded = 'not begun: too many in flight';

/** Starts the load. Throws for a URL that is not of this machine. */
export function startLoad(options: LoadOptions): Load {
  const url = loopback(options.url);
  const { ratePerSecond, ask = lookAtUrl, heard = ignore } = options;
  const { timeoutMs = 10_000, longestMs = 300_000 } = options;
  const agent = new Agent({ keepAlive: true, timeout: mostIdleMs });
  const tally = createTally();
  const startedAt = performance.now();
  const pending = new Set<Promise<void>>();
  let begun = 0;
  let endedAt: number | undefined;

  const begin = (index: number, dueAt: number) => {
    const { method = 'GET', path = url.pathname, body } = ask(index);
    const note = (outcome: string) => tally.note({ method, path, outcome }, performance.now() - dueAt);
    if (pending.size >= mostInFlight) return note(overloaded);
    const one = outcomeOf({ agent, url, method, path, body, timeoutMs, heard }).then((outcome) => {
      pending.delete(one);
      note(outcome);
    });
    pending.add(one);
  };
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - startedAt;
    const due = Math.min(mostRequests, Math.floor((elapsedMs * ratePerSecond) / 1000));
    for (; begun < due; begun++) begin(begun, startedAt + (begun * 1000) / ratePerSecond);
    if (elapsedMs > longestMs || begun >= mostRequests) halt();
  }, tickMs);
  const halt = () => {
    clearInterval(timer);
    endedAt ??= performance.now();
  };
  const report = () => tally.report(((endedAt ?? performance.now()) - startedAt) / 1000);
  return {
    report,
    async stop() {
      halt();
      await Promise.all(pending);
      agent.destroy();
      return report();
    },
  };
}

function loopback(text: string): URL {
  const url = new URL(text);
  const local = url.hostname === 'localhost' || (isIPv4(url.hostname) && url.hostname.startsWith('127.'));
  if (url.protocol !== 'http:' || !local)
    throw new TypeError(`${text} is not http on this machine's loopback`);
  return url;
}

interface Call {
  readonly agent: Agent;
  readonly url: URL;
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  readonly timeoutMs: number;
  readonly heard: NonNullable<LoadOptions['heard']>;
}

/** The status, or what went wrong; never rejects. */
function outcomeOf({ agent, url, method, path, body, timeoutMs, heard }: Call): Promise<string> {
  return new Promise((resolve) => {
    const headers = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const { hostname, port } = url;
    const outgoing = request({ agent, hostname, port, method, path, headers });
    const late = setTimeout(() => outgoing.destroy(new Error('timed out')), timeoutMs);
    const end = (outcome: string) => {
      clearTimeout(late);
      resolve(outcome);
    };
    const fail = (error: Error & { code?: string }) => end(error.code ?? error.message);
    outgoing.on('error', fail);
    outgoing.on('response', (incoming) => {
      heard({ status: incoming.statusCode ?? 0, headers: incoming.headers });
      incoming.on('error', fail);
      incoming.on('end', () => end(incoming.complete ? `${incoming.statusCode}` : 'broken off'));
      incoming.resume();
    });
    outgoing.end(body);
  });
}

function createTally() {
  const outcomes: Record<string, number> = {};
  const failures: Failure[] = [];
  const latencies: number[] = [];
  let failed = 0;
  return {
    note(call: Omit<Failure, 'atMs'>, latencyMs: number) {
      outcomes[call.outcome] = (outcomes[call.outcome] ?? 0) + 1;
      latencies.push(latencyMs);
      if (/^[23]\d\d$/.test(call.outcome)) return;
      failed += 1;
      if (failures.length < mostFailuresKept) failures.push({ atMs: Date.now(), ...call });
    },
    report(seconds: number): LoadReport {
      const sorted = Float64Array.from(latencies).sort();
      const at = (fraction: number) => percentile(sorted, fraction);
      const latencyMs = { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
      const kept = { outcomes: { ...outcomes }, failures: [...failures] };
      return { requests: latencies.length, failed, ...kept, seconds, latencyMs };
    },
  };
}

/** The smallest value that at least a share `fraction` (0 to 1) of the sorted values does not exceed; 0 of none. */
export function percentile(sorted: ArrayLike<number>, fraction: number): number {
  const rank = Math.max(1, Math.ceil(fraction * sorted.length));
  return sorted[rank - 1] ?? 0;
}
