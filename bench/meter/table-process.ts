import { loadDynalite } from '../../local/dynamodb/dynalite.ts';
import { exchange } from '../../local/dynamodb/exchange.ts';
import { answerParent } from '../child.ts';
import { nameOf } from '../functions/environment.ts';
import { openMeteredEndpoint } from './endpoint.ts';
import { createMeter } from './meter.ts';
import { createQueue } from './queue.ts';
import type { TableAnswer, TableOrder } from './table.ts';
import type { Keys } from './units.ts';

/** The program behind `openTables`: dynalite in memory, and a queue, behind a meter, until its channel ends. */
const { listener } = await loadDynalite(undefined);
const meter = createMeter(JSON.parse(process.argv[2] ?? '{}') as Record<string, Keys>, nameOf);
const queue = createQueue();
const endpoint = await openMeteredEndpoint(async (request, body) => {
  if (queue.matches(request)) return queue.send(body);
  return exchange(listener, request, body);
}, meter);

answerParent((order: TableOrder): TableAnswer => {
  if (order === 'where') return { url: endpoint.url };
  const taken = { rows: meter.rows(), grown: meter.grown(), sent: queue.take() };
  meter.reset();
  return taken;
});
