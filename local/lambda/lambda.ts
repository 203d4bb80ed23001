import type { Credentials } from '../iam/credentials.ts';
import type { Queues } from '../sqs/queues.ts';
import type { Clock } from '../support/clock.ts';
import type { Journal } from '../support/journal.ts';
import type { Route } from '../support/server.ts';
import { AwsError } from '../support/service.ts';
import { AsyncQueue } from './async-queue.ts';
import { hostRoute } from './host-route.ts';
import { Hosts } from './hosts.ts';
import { invokeRoute } from './invoke-route.ts';
import { Invoker } from './invoker.ts';
import { createSchedules } from './schedules.ts';
import { type FunctionSettings, hostAccessKey, isHostAccessKey } from './settings.ts';

export interface LambdaDependencies {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
  readonly queues: Queues;
  /** The time of the machine, where `clock` is another: hosts and what they run live by it. */
  readonly machineClock?: Clock;
  /** Told of each invocation, for a virtual clock waits for it. */
  during?<T>(invocation: Promise<T>, patienceMs: number): Promise<T>;
  /** AWS's are one minute and two. */
  readonly retryDelaysMs?: readonly number[];
  /** Credentials for a function that a host is about to run. */
  issue(functionName: string): Credentials;
  deadLetter(arn: string, payload: string, attributes: Readonly<Record<string, string>>): void;
  log(line: string): void;
}

export interface Lambda {
  readonly hosts: Hosts;
  readonly invoker: Invoker;
  /** Lambda's own API, and the door for the Lambda host. */
  readonly routes: readonly Route[];
  functionNamed(name: string): FunctionSettings | undefined;
  /** Accepts an asynchronous invocation; throws ResourceNotFoundException, or TooManyRequestsException. */
  invokeAsync(functionName: string, payload: string, requestId?: string): void;
  /** How many asynchronous invocations are not done. */
  pending(): number;
  /** Ids of what hosts have received from queues and not done with yet. */
  held(): readonly string[];
  /** Begins the schedules of these functions, which replace those before. */
  start(functions: readonly FunctionSettings[]): void;
  stop(): void;
  reset(): void;
}

/** Lambda as seen by its callers; the functions themselves run in the Lambda host, another process. */
export function createLambda(deps: LambdaDependencies): Lambda {
  const { journal, clock, account, region, queues, log } = deps;
  const functions = new Map<string, FunctionSettings>();
  const functionNamed = (name: string) => functions.get(name);
  const { machineClock = clock } = deps;
  const hosts = new Hosts(machineClock);
  const invoker = new Invoker(hosts, machineClock, deps.during);
  const pending = new AsyncQueue({
    ...{ journal, clock, hosts, invoker, functionNamed, log, deadLetter: deps.deadLetter },
    retryDelaysMs: deps.retryDelaysMs ?? [60_000, 120_000],
  });
  const invokeAsync = (name: string, payload: string, requestId?: string) => {
    if (!functions.has(name)) throw noSuchFunction(name);
    pending.accept(name, payload, requestId);
  };
  const schedules = createSchedules({ journal, clock, account, region, invoke: invokeAsync });

  // What a dead host held must not wait for its visibility time-out, nor what was on its way to a host when
  // this process's predecessor was killed: at its first word the host says what it really has.
  const met = new Set<string>();
  hosts.onArrival(({ instance }, { holding }) => {
    const has = new Set(holding);
    const first = !met.has(instance);
    met.add(instance);
    queues.release((holder, messageId) => {
      if (!isHostAccessKey(holder)) return false;
      if (holder !== hostAccessKey(instance)) return true;
      return first && messageId !== undefined && !has.has(messageId);
    });
  });

  const assignment = () => ({
    account,
    region,
    functions: [...functions.values()].map((settings) => ({
      settings,
      credentials: deps.issue(settings.name),
    })),
  });
  const releaseAll = (instance: string) => queues.release((holder) => holder === hostAccessKey(instance));
  return {
    hosts,
    invoker,
    routes: [
      invokeRoute({ functionNamed, invokeAsync, invoker }),
      hostRoute({ hosts, assignment, releaseAll }),
    ],
    functionNamed,
    invokeAsync,
    pending: () => pending.size,
    held: () => (hosts.current() ? queues.heldBy(isHostAccessKey) : []),
    start(settings) {
      functions.clear();
      for (const one of settings) functions.set(one.name, one);
      schedules.start(settings);
    },
    stop() {
      schedules.stop();
      invoker.close();
    },
    reset() {
      schedules.stop();
      pending.reset();
    },
  };
}

export function noSuchFunction(name: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404, { Type: 'User' });
}
