import { inspect, parseArgs } from 'node:util';
import { type Benchmark, type BenchmarkOptions, figureIn } from './benchmark.ts';
import { bundle } from './bundle.ts';
import { cost } from './cost.ts';
import { courseBenchmark } from './course.ts';
import { intake } from './intake.ts';
import { judge } from './judge.ts';
import { local } from './local.ts';
import { rollout } from './rollout.ts';
import { listing, table } from './table.ts';

const benchmarks: readonly Benchmark<object>[] = [
  rollout,
  intake,
  bundle,
  cost,
  local,
  judge,
  courseBenchmark,
];

const usage = `npm run -s bench -- NAME [--json]     judge also takes --chart FILE.svg and --traces FOLDER\n\n${listing(benchmarks)}\n`;
const broken = 1;
const badInput = 2;

/** With `json`, standard output is one JSON object and nothing else; progress goes to standard error. */
async function main(argv: readonly string[]): Promise<number> {
  const { json, name, options } = readArguments(argv);
  const benchmark = benchmarks.find((each) => each.name === name);
  if (!benchmark) {
    process.stderr.write(name === undefined ? usage : `There is no benchmark "${name}".\n\n${usage}`);
    return badInput;
  }
  let result: object;
  try {
    result = await benchmark.run((line) => process.stderr.write(`${line}\n`), options);
    for (const figure of benchmark.figures) figureIn(result, figure);
  } catch (error) {
    process.stderr.write(`${benchmark.name} could not be measured: ${inspect(error)}\n`);
    return broken;
  }
  const document = { benchmark: benchmark.name, ...result };
  process.stdout.write(json ? `${JSON.stringify(document)}\n` : `${table(benchmark, result)}\n`);
  return 0;
}

interface Arguments {
  readonly json: boolean;
  readonly name: string | undefined;
  readonly options: BenchmarkOptions;
}

function readArguments(argv: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: {
        json: { type: 'boolean', default: false },
        chart: { type: 'string' },
        traces: { type: 'string' },
      },
      allowPositionals: true,
    });
    const { json, ...options } = values;
    if (positionals.length > 1) return { json: false, name: positionals.join(' '), options };
    return { json, name: positionals[0], options };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n`);
    return { json: false, name: undefined, options: {} };
  }
}

process.exitCode = await main(process.argv.slice(2));
