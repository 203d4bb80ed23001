import type { Benchmark, Grid } from './benchmark.ts';
import { costOf, type EventCost, type LookCost, lookCostOf, type Speed, speedOf } from './intake/figures.ts';
import { type Intake, measureIntake, type Size, sizes } from './intake/measure.ts';
import { type Who, withRig } from './intake/rig.ts';
import { rounded } from './statistics.ts';

type Handler = EventCost & Speed;
type Batch = { readonly size: Size } & Handler;
type Side = Handler & {
  readonly batches: readonly Batch[];
  readonly duplicates: EventCost;
  readonly stale: EventCost;
};

/** The figures without a batch size are of this one. */
const usualSize = 10;

type IntakeResult = Side & {
  /** Ordinary events of tasks without a service: of these, every request that arrived is counted. */
  readonly ownerless: EventCost;
  /** By the function `wake`, for the messages that the event function sent. */
  readonly look: LookCost;
  readonly reference: Side;
  readonly ratios: Readonly<Record<keyof Handler, number>>;
  readonly recordsCompared: number;
};

/** Berth's event function and a handler that does as AWS's sample does, on the same events. */
export const intake: Benchmark<IntakeResult> = {
  name: 'intake',
  summary:
    'ECS events through the event function, beside a get-compare-put handler: writes, reads, CPU, speed',
  figures: [
    { key: 'writesPerEvent', label: 'writes for an ordinary event', limit: { atMost: 1 } },
    { key: 'readsPerEvent', label: 'reads for an ordinary event', limit: { atMost: 0 } },
    { key: 'cpuMsPerEvent', label: `CPU for an event, batches of ${usualSize}`, unit: 'ms' },
    { key: 'eventsPerSecond', label: `events a second, batches of ${usualSize}` },
    { key: 'recordsCompared', label: 'tasks of which both handlers keep the same' },
  ],
  run: (log) => withRig(async (rig) => resultOf(await measureIntake(rig, log))),
  details: (result) => [byBatch(result), byKind(result), looks(result)],
};

function resultOf(measured: Intake): IntakeResult {
  const berth = sideOf(measured, 'berth');
  const reference = sideOf(measured, 'reference');
  const keys = [
    'writesPerEvent',
    'readsPerEvent',
    'writeUnitsPerEvent',
    'cpuMsPerEvent',
    'eventsPerSecond',
  ] as const;
  return {
    ...berth,
    ownerless: costOf(measured.ownerless.berth),
    look: lookCostOf(measured.looks),
    reference,
    ratios: Object.fromEntries(
      keys.map((key) => [key, rounded(berth[key] / reference[key])]),
    ) as IntakeResult['ratios'],
    recordsCompared: measured.recordsCompared,
  };
}

function sideOf({ ordinary, duplicates, stale }: Intake, who: Who): Side {
  const all = sizes.flatMap((size) => ordinary[size][who]);
  return {
    ...costOf(all),
    ...speedOf(ordinary[usualSize][who]),
    messagesPerEvent: costOf(ordinary[usualSize][who]).messagesPerEvent,
    batches: sizes.map((size) => {
      const rounds = ordinary[size][who];
      return { size, ...costOf(rounds), ...speedOf(rounds) };
    }),
    duplicates: costOf(duplicates[who]),
    stale: costOf(stale[who]),
  };
}

function byBatch({ batches, reference }: IntakeResult): Grid {
  const rows = batches.map((batch, index) => {
    const other = reference.batches[index];
    return [
      `batches of ${batch.size}`,
      ...[batch, other].flatMap((one) => [one?.cpuMsPerEvent, one?.invocationMs, one?.eventsPerSecond]),
    ].map(String);
  });
  const columns = ['CPU ms/event', 'invocation ms', 'events/s'];
  return { head: ['', ...columns, ...columns.map((column) => `reference: ${column}`)], rows };
}

function byKind({ ownerless, reference, ...berth }: IntakeResult): Grid {
  const row = (label: string, mine: EventCost, other?: EventCost) =>
    [
      label,
      ...[mine, other].flatMap((one) => [
        one?.writesPerEvent,
        one?.readsPerEvent,
        one?.writeUnitsPerEvent,
        one?.readUnitsPerEvent,
      ]),
    ].map((value) => String(value ?? ''));
  const columns = ['writes', 'reads', 'WRU', 'RRU'];
  return {
    head: ['an event costs', ...columns, ...columns.map((column) => `reference: ${column}`)],
    rows: [
      row('ordinary', berth, reference),
      row('ordinary, no service', ownerless),
      row('duplicate', berth.duplicates, reference.duplicates),
      row('stale', berth.stale, reference.stale),
    ],
  };
}

const looks = ({ batches, look }: IntakeResult): Grid => ({
  head: ['looks at services', 'messages/event', 'reads/look', 'writes/look', 'RRU/look', 'CPU ms/look'],
  rows: batches.map(({ size, messagesPerEvent }) =>
    [
      `batches of ${size}`,
      ...[messagesPerEvent, look.readsPerLook, look.writesPerLook, look.readUnitsPerLook, look.cpuMsPerLook],
    ].map(String),
  ),
});
