import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Bundle } from '../local/lambda/build.ts';
import type { Benchmark, Grid } from './benchmark.ts';
import { importMs } from './bundle/import-time.ts';
import {
  bundleNamed,
  eventFunction,
  everyFunction,
  referenceFunction,
  withBundles,
} from './functions/bundles.ts';
import { functionEnvironment } from './functions/environment.ts';
import { median, rounded } from './statistics.ts';

type FunctionBundle = {
  readonly name: string;
  readonly bytes: number;
  readonly gzipBytes: number;
  /** Median of fresh processes of Node, nothing taken off. */
  readonly importMs: number;
  /** The fastest of them: far below the median where the machine had other things to do. */
  readonly fastestImportMs: number;
};

type BundleResult = {
  readonly functions: readonly FunctionBundle[];
  /** The same of a module that holds nothing. */
  readonly emptyImportMs: number;
  readonly maxBytes: number;
  readonly eventFunctionBytes: number;
  readonly eventFunctionOverEmptyMs: number;
  /** One DynamoDB client, bundled by the same build. */
  readonly reference: FunctionBundle;
};

const imports = 11;
const nowhere = 'http://127.0.0.1:9';

/** What each function weighs, and how long it takes to be there. */
export const bundle: Benchmark<BundleResult> = {
  name: 'bundle',
  summary: 'the functions as Lambda gets them: size, and time to import in a fresh process',
  figures: [
    { key: 'maxBytes', label: 'the largest function', unit: 'B', limit: { atMost: 320_000 } },
    { key: 'eventFunctionBytes', label: 'the event function', unit: 'B', limit: { atMost: 230_000 } },
    {
      key: 'eventFunctionOverEmptyMs',
      label: 'import of the event function over that of an empty module',
      unit: 'ms',
      limit: { atMost: 50 },
    },
    { key: 'emptyImportMs', label: 'import of an empty module', unit: 'ms' },
  ],
  run: (log) => withBundles([...everyFunction, referenceFunction], (bundles) => measure(bundles, log)),
  details: ({ functions, reference, emptyImportMs }) => [grid([...functions, reference], emptyImportMs)],
};

async function measure(bundles: readonly Bundle[], log: (line: string) => void): Promise<BundleResult> {
  const times = await importTimes(bundles, log);
  const emptyImportMs = rounded(median(times.get(empty) ?? []));
  const described = async (name: string): Promise<FunctionBundle> => {
    const { file, bytes } = bundleNamed(bundles, name);
    const gzipBytes = gzipSync(await readFile(file)).length;
    const all = times.get(name) ?? [];
    const fastestImportMs = rounded(Math.min(...all));
    return { name, bytes, gzipBytes, importMs: rounded(median(all)), fastestImportMs };
  };
  const functions = await Promise.all(everyFunction.map(described));
  const events = await described(eventFunction);
  return {
    functions,
    emptyImportMs,
    maxBytes: Math.max(...functions.map(({ bytes }) => bytes)),
    eventFunctionBytes: events.bytes,
    eventFunctionOverEmptyMs: rounded(events.importMs - emptyImportMs),
    reference: await described(referenceFunction),
  };
}

const empty = 'an empty module';

/** Turn by turn, so that what else the machine does hits all of them. */
async function importTimes(bundles: readonly Bundle[], log: (line: string) => void) {
  const emptyFile = await emptyModule(bundles);
  const modules = [{ name: empty, file: emptyFile }, ...bundles];
  const times = new Map(modules.map(({ name }) => [name, [] as number[]]));
  log(`importing each of ${modules.length} modules in ${imports} fresh processes`);
  for (let round = 0; round < imports; round++)
    for (const { name, file } of modules)
      times.get(name)?.push(await importMs(file, functionEnvironment(name, nowhere)));
  return times;
}

async function emptyModule([first]: readonly Bundle[]): Promise<string> {
  const file = join(dirname(dirname(first?.file ?? '')), 'empty.mjs');
  await writeFile(file, '');
  return file;
}

function grid(functions: readonly FunctionBundle[], emptyImportMs: number): Grid {
  const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1);
  return {
    head: ['function', 'kB', 'kB gzip', 'import ms', 'over empty ms', 'fastest ms'],
    rows: functions.map((one) => [
      one.name,
      kilobytes(one.bytes),
      kilobytes(one.gzipBytes),
      String(one.importMs),
      (one.importMs - emptyImportMs).toFixed(1),
      String(one.fastestImportMs),
    ]),
  };
}
