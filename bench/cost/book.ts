import { type Topology, topology } from '../../stacks/topology.ts';
import type { Meter } from '../meter/meter.ts';
import { total, usageOf } from '../meter/tally.ts';
import type { Stored } from '../meter/units.ts';
import type { Stage } from '../stage.ts';
import { added, type Consumption } from './bill.ts';
import { ofInvocations, ofQueue, ofTable } from './consumption.ts';
import { readFunctionLog, since } from './function-logs.ts';

/** What one function did. */
export type Entry = {
  readonly name: string;
  readonly invocations: number;
  readonly billedMs: number;
  readonly logBytes: number;
  readonly reads: number;
  readonly writes: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Messages that it sent to queues. */
  readonly messages: number;
};

export interface Page {
  readonly entries: readonly Entry[];
  /** Events that ECS published. */
  readonly events: number;
  /** By how much more the table holds. */
  readonly grown: Stored;
}

/** Keeps account of all functions on a stage. */
export interface Book {
  /** What happened since the page before. */
  turnPage(): Promise<Page>;
}

const functions: Topology['functions'] = topology.functions;
const names = Object.keys(functions);

export async function openBook(stage: Stage, meter: Meter): Promise<Book> {
  const readLogs = () => Promise.all(names.map((name) => readFunctionLog(stage.functionLogs, name)));
  let logs = await readLogs();
  let { nowMs } = await stage.activity(Date.now());
  meter.reset();
  return {
    async turnPage() {
      const now = await readLogs();
      const rows = meter.rows();
      const grown = meter.grown();
      const { entries: happened, nowMs: until } = await stage.activity(nowMs);
      meter.reset();
      const entries = names.map((name, index): Entry => {
        const own = rows.filter(({ caller }) => caller === name);
        const { reads, writes, readUnits, writeUnits } = usageOf(own);
        const sent = own.filter(({ service, operation }) => service === 'sqs' && operation === 'SendMessage');
        const logged = since(logs[index]!, now[index]!);
        return { name, ...logged, reads, writes, readUnits, writeUnits, messages: total(sent, 'requests') };
      });
      logs = now;
      nowMs = until;
      return { entries, events: happened.filter(({ kind }) => kind === 'event').length, grown };
    },
  };
}

/** What these functions used up. */
export function spent({ entries }: Page, those: readonly string[]): Consumption {
  return added(...entries.filter(({ name }) => those.includes(name)).map(ofEntry));
}

function ofEntry({ name, invocations, billedMs, logBytes, messages, ...units }: Entry): Consumption {
  const { memoryMb, triggers } = functions[name]!;
  const isFedByQueue = triggers.some(({ type }) => type === 'queue');
  return added(
    ofInvocations({ count: invocations, billedMs, memoryMb, logBytes }),
    ofTable(units),
    ofQueue(messages, isFedByQueue ? invocations : 0),
  );
}
