import type { Stage } from '../stages.ts';
import type { Topology } from '../topology.ts';
import { logical } from './names.ts';

const kinds = { S: 'string', N: 'number' } as const;
const projections = { ALL: 'all', KEYS_ONLY: 'keys-only' } as const;

/** The table by the key schema; it can be put back to any second of the last 35 days. */
export function createTable({ name, schema }: Topology['table'], stage: Stage): sst.aws.Dynamo {
  const indexes = Object.entries(schema.indexes);
  const keys = [schema.hash, schema.range, ...indexes.flatMap(([, { hash, range }]) => [hash, range])];
  return new sst.aws.Dynamo(logical(name), {
    fields: Object.fromEntries(keys.map((key) => [key.name, kinds[key.type]])),
    primaryIndex: { hashKey: schema.hash.name, rangeKey: schema.range.name },
    globalIndexes: Object.fromEntries(
      indexes.map(([index, { hash, range, projection }]) => [
        index,
        { hashKey: hash.name, rangeKey: range.name, projection: projections[projection] },
      ]),
    ),
    ttl: schema.ttl,
    deletionProtection: stage.isProduction,
    transform: { table: { name: `${name}-${stage.name}`, pointInTimeRecovery: { enabled: true } } },
  });
}
