import { parseArgs } from 'node:util';
import { missedBy, wantedOfMany } from './coverage.ts';
import { runSeeds } from './crew/crew.ts';
import { mutants } from './mutants/all.ts';
import { failureText, simulate } from './simulate.ts';

/** Runs seeds from the command line: what was tried is counted, and each seed that fails is told with its trace. */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    mutant: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
  },
});
const [from, count] = [Number(values.from), Number(values.seeds)];
const isKnown = values.mutant === undefined || mutants[values.mutant] !== undefined;

/** So many seeds have to have tried everything. */
const many = 1000;

async function trace(): Promise<number> {
  let failed = 0;
  for (let seed = from; seed < from + count; seed++) {
    const run = await simulate(seed, values.mutant === undefined ? undefined : mutants[values.mutant]);
    console.log(run.trace.join('\n'));
    if (run.violations.length > 0) failed++;
    console.log(run.violations.length > 0 ? failureText(run, 0) : `seed ${seed} holds`);
  }
  return failed > 0 ? 1 : 0;
}

/** Which of the seeds notices each mistake first; what is rare is noted beside it, so that tests need not search. */
async function whoNotices(): Promise<number> {
  for (const [name, mutant] of Object.entries(mutants)) {
    let found = 'none of them';
    for (let seed = from; seed < from + count && found === 'none of them'; seed++) {
      const [first] = (await simulate(seed, mutant)).violations;
      if (first) found = `${seed} by ${first.invariant}`;
    }
    console.log(`${name.padEnd(50)}${found}`);
  }
  return 0;
}

async function summary(): Promise<number> {
  const begun = performance.now();
  let told = 0;
  const { tally, failures, repeated } = await runSeeds({
    from,
    count,
    mutant: values.mutant,
    failed({ text }) {
      // The first is told with what led to it; of the others there may be many.
      console.log(told++ === 0 ? text : text.split('\n').slice(-2).join('\n'));
    },
  });
  console.log(tally.text());
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${count} seeds in ${seconds} s; ${repeated} of them ran twice, each time by another worker`);
  const missed = missedBy(tally, wantedOfMany);
  if (missed.length > 0) console.log(`never reached: ${missed.join(', ')}`);
  const list = failures.map(({ seed, invariant }) => `${seed} (${invariant.split(' ')[0]})`);
  if (list.length > 0) console.log(`${list.length} failed: ${list.join(', ')}`);
  return list.length > 0 || (missed.length > 0 && count >= many) ? 1 : 0;
}

if (!isKnown || !Number.isSafeInteger(from) || !Number.isSafeInteger(count) || count < 1) {
  console.error(
    'usage: npm run simulate -- [--seeds 100] [--from 1] [--trace] [--mutant <name>] [--mutants]',
  );
  console.error(`the mutants are:\n  ${Object.keys(mutants).join('\n  ')}`);
  process.exitCode = 2;
} else process.exitCode = await (values.mutants ? whoNotices() : values.trace ? trace() : summary());
