/** Seeds that a worker is to run, and one that another has run already, to see that it is the same run. */
export interface Job {
  readonly seeds: readonly number[];
  readonly again: Digest | undefined;
  /** The name of a mistake that is planted. */
  readonly mutant: string | undefined;
}

export interface Digest {
  readonly seed: number;
  readonly digest: string;
}

export interface Failure {
  readonly seed: number;
  readonly invariant: string;
  /** What was broken and what led to it. */
  readonly text: string;
}

/** What a job came to; all of it plain data. */
export interface Result {
  readonly counts: readonly (readonly [string, number])[];
  readonly failures: readonly Failure[];
  /** Of the first of the seeds. */
  readonly digest: Digest;
}
