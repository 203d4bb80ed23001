import { determinism, digestOf } from '../invariants/i28-determinism.ts';
import { mutants } from '../mutants/all.ts';
import { failureText, type Run, simulate } from '../simulate.ts';
import { Tally } from '../tally.ts';
import type { Digest, Failure, Job, Result } from './job.ts';

/** Runs the seeds of a job, one after the other. */
export async function runJob({ seeds, again, mutant }: Job): Promise<Result> {
  const mistake = mutant === undefined ? undefined : mutants[mutant];
  const tally = new Tally();
  const failures: Failure[] = [];
  const digests: Digest[] = [];
  for (const seed of seeds) {
    const run = await simulate(seed, mistake);
    tally.include(run.tally);
    if (digests.length === 0) digests.push({ seed, digest: digestOf(run.trace) });
    const failure = failureOf(run);
    if (failure) failures.push(failure);
  }
  if (again) {
    const run = await simulate(again.seed, mistake);
    if (digestOf(run.trace) !== again.digest)
      failures.push({ seed: again.seed, invariant: determinism, text: `seed ${again.seed} ran otherwise` });
  }
  return { counts: [...tally.counts], failures, digest: digests[0] ?? { seed: 0, digest: '' } };
}

function failureOf(run: Run): Failure | undefined {
  const [first] = run.violations;
  return first && { seed: run.seed, invariant: first.invariant, text: failureText(run) };
}
