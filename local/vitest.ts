import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Topology } from '../stacks/topology.ts';
import type { FaultView } from './faults/book.ts';
import type { FaultInput } from './faults/model.ts';
import type { CallFilter, CallRecord } from './introspection/calls.ts';
import type { EventFilter, EventRecord } from './introspection/events.ts';
import type { Timeline } from './introspection/timeline.ts';
import type { OwnFunction } from './lambda/functions.ts';
import { defaultOptions, type LocalAws, startLocalAws } from './main.ts';
import type { ScriptRule } from './runtimes/scripted/scripts.ts';
import type { ClockState } from './time/control.ts';
import { emptyTopology } from './wiring.ts';

export type { FaultView } from './faults/book.ts';
export type { FaultInput } from './faults/model.ts';
export type { CallFilter, CallRecord } from './introspection/calls.ts';
export type { EventFilter, EventRecord } from './introspection/events.ts';
export type { Timeline, TimelineEntry } from './introspection/timeline.ts';
export type { OwnFunction } from './lambda/functions.ts';
export type { ScriptInput } from './runtimes/scripted/script.ts';
export type { ScriptRule } from './runtimes/scripted/scripts.ts';
export type { ClockState } from './time/control.ts';

export interface LocalAwsWishes {
  /** `scripted` by default: containers without processes, which follow scripts. */
  readonly runtime?: 'scripted' | 'process' | 'docker';
  /** `virtual` by default with the scripted runtime, otherwise `real`. */
  readonly clock?: 'real' | 'virtual';
  /** How long a task without a health check must run to count as healthy; 40, as on AWS, by default. */
  readonly steadySeconds?: number;
  /** Where everything is kept; a temporary folder, removed at the end, without it. */
  readonly dataDirectory?: string;
  readonly account?: string;
  readonly region?: string;
  /** Queues, rules and functions that are there from the start. */
  readonly topology?: Topology;
  /** Functions of the test that deployments may call as lifecycle hooks, by the name in their ARN. */
  readonly functions?: Readonly<Record<string, OwnFunction>>;
  log?(line: string): void;
}

/** A Local AWS of a test's own. */
export interface TestAws extends AsyncDisposable {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** For the constructor of any AWS SDK client. */
  readonly clientConfig: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  readonly clock: {
    state(): Promise<ClockState>;
    /** Resolves when all that fell due has been done. */
    advance(seconds: number): Promise<ClockState>;
    advanceTo(moment: Date): Promise<ClockState>;
    /** Lets time jump from timer to timer by itself whenever nothing goes on; 0 ends that. */
    autoAdvance(forSeconds: number): Promise<ClockState>;
  };
  readonly faults: {
    add(fault: FaultInput): Promise<FaultView>;
    list(): Promise<readonly FaultView[]>;
    /** All of them, without an id. */
    remove(id?: string): Promise<void>;
  };
  readonly scripts: {
    /** What containers of these images do from now on. */
    add(rule: ScriptRule): Promise<void>;
    clear(): Promise<void>;
  };
  events(filter?: EventFilter): Promise<readonly EventRecord[]>;
  calls(filter?: CallFilter): Promise<readonly CallRecord[]>;
  /** A task's life by its id or ARN. */
  timeline(task: string): Promise<Timeline>;
  /**
   * Answers what `look` finds, as soon as it finds something. Under a virtual clock up to `seconds` of its time pass
   * meanwhile, otherwise real ones. Throws when nothing is found.
   */
  waitFor<T>(
    look: () => Promise<T | undefined | false> | T | undefined | false,
    seconds?: number,
  ): Promise<T>;
  /** Empties everything, tasks included. */
  reset(): Promise<void>;
  /** Stops it with its tasks; to be called once, unless it is disposed of. */
  stop(): Promise<void>;
}

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const usualPatienceSeconds = 600;
/** Who has waited for long waits more coarsely. */
const stepAfter = (waitedSeconds: number) => (waitedSeconds < 60 ? 1 : 10);
const realStepMs = 20;

/**
 * Starts a Local AWS in this process on a free port, for tests:
 *
 *     await using aws = await localAws();
 *     const ecs = new ECSClient(aws.clientConfig);
 */
export async function localAws(wishes: LocalAwsWishes = {}): Promise<TestAws> {
  const { runtime = 'scripted', clock = runtime === 'scripted' ? 'virtual' : 'real' } = wishes;
  const temporary = wishes.dataDirectory === undefined;
  const dataDirectory = wishes.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'local-aws-')));
  const local = await startLocalAws({
    ...{ ...defaultOptions, dataDirectory, runtime, clock, port: 0, apiPort: 0 },
    steadySeconds: wishes.steadySeconds ?? 40,
    account: wishes.account ?? defaultOptions.account,
    region: wishes.region ?? defaultOptions.region,
    topology: wishes.topology ?? emptyTopology,
    ...(wishes.functions ? { functions: wishes.functions } : {}),
    ...(wishes.log ? { log: wishes.log } : {}),
  });
  const remove = () =>
    temporary
      ? rm(dataDirectory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
      : undefined;
  return testAws(local, wishes.region ?? defaultOptions.region, clock, remove);
}

function testAws(
  local: LocalAws,
  region: string,
  mode: 'real' | 'virtual',
  remove: () => Promise<void> | undefined,
): TestAws {
  const { endpoint } = local;
  const ask = asker(endpoint);
  const move = (movement: object) => ask<ClockState>('POST', '/_local/clock', movement);
  let stopping: Promise<void> | undefined;
  const end = async () => {
    await local.stop({ stopTasks: true });
    await remove();
  };
  const stop = () => {
    stopping ??= end();
    return stopping;
  };
  return {
    ...{ endpoint, region, credentials, clientConfig: { endpoint, region, credentials } },
    clock: {
      state: () => ask('GET', '/_local/clock'),
      advance: (seconds) => move({ advanceSeconds: seconds }),
      advanceTo: (moment) => move({ to: moment.toISOString() }),
      autoAdvance: (forSeconds) => move({ autoAdvance: forSeconds > 0 ? { forSeconds } : false }),
    },
    faults: {
      add: (fault) => ask('POST', '/_local/faults', fault),
      list: async () =>
        (await ask<{ readonly faults: readonly FaultView[] }>('GET', '/_local/faults')).faults,
      async remove(id) {
        await ask('DELETE', `/_local/faults${id === undefined ? '' : `/${encodeURIComponent(id)}`}`);
      },
    },
    scripts: {
      async add(rule) {
        await ask('POST', '/_local/scripts', rule);
      },
      async clear() {
        await ask('DELETE', '/_local/scripts');
      },
    },
    events: async (filter = {}) =>
      (await ask<{ readonly events: readonly EventRecord[] }>('GET', `/_local/events${queryOf(filter)}`))
        .events,
    calls: async (filter = {}) =>
      (await ask<{ readonly calls: readonly CallRecord[] }>('GET', `/_local/calls${queryOf(filter)}`)).calls,
    timeline: (task) =>
      ask('GET', `/_local/tasks/${encodeURIComponent(task.slice(task.lastIndexOf('/') + 1))}`),
    waitFor: (look, seconds = usualPatienceSeconds) =>
      waitFor(look, seconds, mode === 'virtual' ? (step) => move({ advanceSeconds: step }) : undefined),
    reset: () => local.reset(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function waitFor<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  seconds: number,
  advance: ((seconds: number) => Promise<unknown>) | undefined,
): Promise<T> {
  const giveUpAt = performance.now() + seconds * 1000;
  for (let waited = 0; ; waited += stepAfter(waited)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    const isLate = advance ? waited >= seconds : performance.now() >= giveUpAt;
    if (isLate) throw new Error(`Nothing was found within ${seconds} seconds by ${look}`);
    await (advance ? advance(stepAfter(waited)) : sleep(realStepMs));
  }
}

function asker(endpoint: string) {
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const request = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const answer = await fetch(endpoint + path, request);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text.trim()}`);
    return JSON.parse(text) as T;
  };
}

function queryOf(filter: CallFilter | EventFilter): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? '' : `?${query}`;
}
