import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { Tally } from '../tally.ts';
import type { Digest, Failure, Job, Result } from './job.ts';

export interface Outcome {
  readonly tally: Tally;
  readonly failures: readonly Failure[];
  /** How many seeds were run a second time, by another worker. */
  readonly repeated: number;
}

interface Order {
  readonly from: number;
  readonly count: number;
  /** Seeds besides. */
  readonly more?: readonly number[];
  readonly mutant: string | undefined;
  failed(failure: Failure): void;
}

const seedsPerJob = 20;
/** Of so many jobs one has a seed that is run again. */
const repeatEvery = 5;

/** Runs many seeds, a worker on each processor. What a seed comes to does not depend on who runs it. */
export async function runSeeds(order: Order, workers = availableParallelism()): Promise<Outcome> {
  const jobs = jobsOf(order);
  const digests: (Digest & { readonly by: number })[] = [];
  const tally = new Tally();
  const failures: Failure[] = [];
  let repeated = 0;
  const work = async (by: number) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    for (let seeds = jobs.next(); !seeds.done; seeds = jobs.next()) {
      const again = takeOther(digests, by, workers);
      if (again) repeated++;
      const result = await ask(worker, { seeds: seeds.value, again, mutant: order.mutant });
      tally.include(new Tally(result.counts));
      if ((result.digest.seed - order.from) % (seedsPerJob * repeatEvery) === 0)
        digests.push({ ...result.digest, by });
      for (const failure of result.failures) {
        failures.push(failure);
        order.failed(failure);
      }
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: workers }, (_, by) => work(by)));
  return { tally, failures: failures.sort((one, other) => one.seed - other.seed), repeated };
}

function* jobsOf({ from, count, more = [] }: Order): Generator<readonly number[], undefined> {
  for (let seed = from; seed < from + count; seed += seedsPerJob)
    yield Array.from({ length: Math.min(seedsPerJob, from + count - seed) }, (_, place) => seed + place);
  if (more.length > 0) yield more;
  return undefined;
}

function takeOther(digests: (Digest & { by: number })[], by: number, workers: number): Digest | undefined {
  const place = digests.findIndex((one) => workers === 1 || one.by !== by);
  return place < 0 ? undefined : digests.splice(place, 1)[0];
}

function ask(worker: Worker, job: Job): Promise<Result> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (result: Result) => {
      worker.off('error', reject);
      resolve(result);
    });
    worker.postMessage(job);
  });
}
