import type { Usage } from '../meter/tally.ts';
import type { Stored } from '../meter/units.ts';
import type { Consumption } from './bill.ts';

/** What CloudWatch Logs adds to each line that it takes in. */
export const lineOverheadBytes = 26;
/** What Lambda writes of each invocation by itself, as JSON: that it started, and its report. */
const platformLogBytes = 140 + 240 + 2 * lineOverheadBytes;
/** The line of a request in the API's access log. */
const accessLogBytes = 400 + lineOverheadBytes;
const bytesInGb = 1e9;

/** Invocations of one function. */
export interface Invocations {
  readonly count: number;
  /** The sum of their durations, each rounded up to a millisecond, as Lambda bills. */
  readonly billedMs: number;
  readonly memoryMb: number;
  /** What the function wrote itself. */
  readonly logBytes?: number;
}

export const billedMsOf = (durationsMs: readonly number[]): number =>
  durationsMs.reduce((sum, duration) => sum + Math.max(1, Math.ceil(duration)), 0);

export const ofInvocations = ({ count, billedMs, memoryMb, logBytes = 0 }: Invocations): Consumption => ({
  lambdaRequest: count,
  lambdaArmGbSecond: (billedMs / 1000) * (memoryMb / 1024),
  logGb: (count * platformLogBytes + logBytes) / bytesInGb,
});

export const ofTable = ({ readUnits, writeUnits }: Pick<Usage, 'readUnits' | 'writeUnits'>): Consumption => ({
  dynamoReadUnit: readUnits,
  dynamoWriteUnit: writeUnits,
});

/** A month of what more is stored; the backup is of the table without its indexes. */
export const ofStorage = ({ tableBytes, indexBytes }: Stored): Consumption => ({
  dynamoStorageGbMonth: (tableBytes + indexBytes) / bytesInGb,
  dynamoBackupGbMonth: tableBytes / bytesInGb,
});

/** A message is sent by one request; a batch of them is received by one and deleted by one. */
export const ofQueue = (messages: number, batches: number): Consumption => ({
  sqsRequest: messages + 2 * batches,
});

export const ofHttpRequests = (count: number): Consumption => ({
  httpRequest: count,
  logGb: (count * accessLogBytes) / bytesInGb,
});
