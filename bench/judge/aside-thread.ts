import { parentPort, workerData } from 'node:worker_threads';
import { type ClusteredRun, clusteredRuns } from './clustered.ts';
import { type Contest, contest } from './contest.ts';

/** What the second core measures meanwhile. */
export interface Aside {
  readonly clustered: readonly ClusteredRun[];
  readonly incumbents: Contest;
}

export type FromThread = { readonly line: string } | { readonly result: Aside };

const tell = (message: FromThread) => parentPort?.postMessage(message);
const log = (line: string) => tell({ line });
const { runs } = workerData as { runs: number };
tell({ result: { clustered: clusteredRuns(runs, log), incumbents: contest(log) } });
