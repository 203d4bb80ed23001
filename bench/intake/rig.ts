import { tableSchema } from '../../core/kernel/table.ts';
import { topology } from '../../stacks/topology.ts';
import { tableDefinition } from '../../test/support/table-definition.ts';
import {
  bundleNamed,
  eventFunction,
  lookFunction,
  referenceFunction,
  withBundles,
} from '../functions/bundles.ts';
import { openFunction, type RunningFunction } from '../functions/function.ts';
import { openTables, type TableOfBench, type Tables } from '../meter/table.ts';
import { referenceKeys, referenceTable } from '../reference/table.ts';
import { putServices } from './services.ts';

/** Berth's event function, the reference handler and `wake`, each in a process, on tables in another one that counts. */
export interface Rig {
  readonly tables: Tables;
  readonly handlers: Readonly<Record<Who | 'look', RunningFunction>>;
}

export const who = ['berth', 'reference'] as const;
export type Who = (typeof who)[number];

/** `look` is the function that looks at services, after events have asked it to. */
export const functionOf = { berth: eventFunction, reference: referenceFunction, look: lookFunction } as const;

/** ECS names of services that Berth knows, all of them at rest. */
export const services = Array.from({ length: 10 }, (_, index) => `shop-${index}`);

const tables: Readonly<Record<string, TableOfBench>> = {
  [topology.table.name]: { keys: tableSchema, definition: tableDefinition(topology.table.name) },
  [referenceTable]: {
    keys: referenceKeys,
    definition: {
      TableName: referenceTable,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: referenceKeys.hash.name, KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: referenceKeys.hash.name, AttributeType: 'S' }],
    },
  },
};

/** Builds both functions, starts everything, and ends it when it was used. */
export async function withRig<Result>(use: (rig: Rig) => Promise<Result>): Promise<Result> {
  return withBundles(Object.values(functionOf), async (bundles) => {
    const opened = await openTables(tables);
    const open = (name: string) => openFunction(name, bundleNamed(bundles, name).file, opened.url);
    const { berth, reference, look } = functionOf;
    const handlers = { berth: open(berth), reference: open(reference), look: open(look) };
    try {
      await putServices(opened.client, services);
      await opened.take();
      return await use({ tables: opened, handlers });
    } finally {
      for (const handler of Object.values(handlers)) handler.close();
      opened.close();
    }
  });
}
