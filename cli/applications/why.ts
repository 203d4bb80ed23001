import type { Context } from '../context.ts';
import type { Exit } from '../exit.ts';
import { collect } from '../pages.ts';
import { renderApplication } from '../render/application.ts';
import { renderLedger } from '../render/ledger.ts';
import { lookAt } from './follow.ts';
import { documentOf } from './see-through.ts';

const pageSize = 100;
const mostEntries = 1_000;

/** Every decision of an application's deployment, and how its services are. */
export async function whyApplication(context: Context, id: string): Promise<Exit> {
  const { client, io } = context;
  const seen = await lookAt(context, id);
  const ledger = await collect(
    (after) => client.getApplicationLedger({ id, limit: pageSize, after }),
    mostEntries,
  );
  io.document({ ...documentOf(seen), ledger });
  io.print(renderApplication(seen, io.paint));
  io.print(`\n${renderLedger(ledger, io.paint)}`);
  return 'succeeded';
}
