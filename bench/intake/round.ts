import type { Series } from '../functions/function.ts';
import { type Row, total, type Usage, usageOf } from '../meter/tally.ts';
import type { Stored } from '../meter/units.ts';
import { batchesOf } from './batches.ts';
import { functionOf, type Rig, type Who } from './rig.ts';

/** What one handler made of some events, in batches of one size. */
export interface Round {
  readonly events: number;
  readonly series: Series;
  /** Of the table, by the function that handled the events. */
  readonly usage: Usage;
  /** By how much more the table holds. */
  readonly grown: Stored;
  /** Messages with which it asked for looks. */
  readonly asked: number;
}

/** The looks that events asked for, each in an invocation of its own. */
export interface Looks {
  readonly looks: number;
  readonly series: Series;
  readonly usage: Usage;
}

/** Runs the events through a handler; throws when it does anything that is not counted here. */
export async function runRound(
  rig: Rig,
  who: Who,
  events: readonly object[],
  size: number,
): Promise<{ readonly round: Round; readonly sent: readonly string[] }> {
  const bodies = events.map((event) => JSON.stringify(event));
  const series = await rig.handlers[who].run(batchesOf(bodies, size));
  const { rows, grown, sent } = await rig.tables.take();
  const own = counted(rows, functionOf[who]);
  const asked = total(
    own.filter(({ service }) => service === 'sqs'),
    'requests',
  );
  return { round: { events: events.length, series, usage: usageOf(own), grown, asked }, sent };
}

/** Looks as often as the messages say. */
export async function runLooks(rig: Rig, messages: readonly string[]): Promise<Looks> {
  const series = await rig.handlers.look.run(batchesOf(messages, 1));
  const { rows } = await rig.tables.take();
  return { looks: messages.length, series, usage: usageOf(counted(rows, functionOf.look)) };
}

function counted(rows: readonly Row[], name: string): readonly Row[] {
  const own = rows.filter(({ caller }) => caller === name);
  const elsewhere = own.filter(({ service }) => service !== 'dynamodb' && service !== 'sqs');
  if (elsewhere.length > 0) throw new Error(`${name} called what is not there: ${JSON.stringify(elsewhere)}`);
  return own;
}
