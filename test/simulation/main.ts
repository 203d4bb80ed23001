import { parseArgs } from 'node:util';
import { mutants } from './mutants.ts';
import { failureText, simulate } from './simulate.ts';
import { Tally } from './tally.ts';

/** Runs seeds from the command line: what was tried is counted, and each seed that fails is told with its trace. */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    mutant: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});

const mutant = values.mutant === undefined ? undefined : mutants[values.mutant];
const [from, count] = [Number(values.from), Number(values.seeds)];
if ((values.mutant !== undefined && !mutant) || !Number.isSafeInteger(from) || !Number.isSafeInteger(count)) {
  console.error('usage: npm run simulate -- [--seeds 100] [--from 1] [--trace] [--mutant <name>]');
  console.error(`the mutants are:\n  ${Object.keys(mutants).join('\n  ')}`);
  process.exit(2);
}

const tally = new Tally();
const broken: string[] = [];
const begun = performance.now();
for (let seed = from; seed < from + count; seed++) {
  const run = await simulate(seed, mutant);
  tally.include(run.tally);
  if (values.trace) console.log(run.trace.join('\n'));
  const [first] = run.violations;
  if (!first) continue;
  console.log(failureText(run, values.trace ? 0 : broken.length === 0 ? 60 : 5));
  broken.push(`${seed} (${first.invariant})`);
}
console.log(tally.text());
console.log(`${count} seeds in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
if (broken.length > 0) console.log(`${broken.length} failed: ${broken.join(', ')}`);
process.exitCode = broken.length > 0 ? 1 : 0;
