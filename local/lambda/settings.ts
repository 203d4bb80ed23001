import type { Credentials } from '../iam/credentials.ts';

/** A function as Local AWS runs it: what the topology says, with the symbols filled in. */
export interface FunctionSettings {
  readonly name: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly queues: readonly QueueSource[];
  /** Fired by Local AWS itself; the host does not know of it. */
  readonly rateMinutes?: number;
  /** Where an asynchronous invocation goes that failed for good; without one it is dropped, and logged. */
  readonly deadLetterArn?: string;
}

/** A queue that feeds a function. */
export interface QueueSource {
  readonly url: string;
  readonly arn: string;
  readonly batchSize: number;
  readonly maxConcurrency: number;
}

/** What a Lambda host tells of itself, again and again. */
export interface Announcement {
  /** Unique to one process. */
  readonly instance: string;
  readonly pid: number;
  readonly url: string;
  /** Ids of the messages in its hands. */
  readonly holding: readonly string[];
}

/** What it is told: what to run, and where. */
export interface Assignment {
  readonly account: string;
  readonly region: string;
  readonly functions: readonly AssignedFunction[];
}

/** A function with what it signs its calls with, for this host alone. */
export interface AssignedFunction {
  readonly settings: FunctionSettings;
  readonly credentials: Credentials;
}

/** The access key that a host polls with: it tells whose hands a message is in. */
export function hostAccessKey(instance: string): string {
  return `${hostKeyPrefix}${instance}`;
}

export function isHostAccessKey(accessKeyId: string): boolean {
  return accessKeyId.startsWith(hostKeyPrefix);
}

const hostKeyPrefix = 'LOCALHOST-';
