/**
 * The one table, as its key schema. Keys are named by the question they answer; both indexes are sparse.
 *
 * `pk`/`sk`  a thing, and what belongs to it (its state, releases, ledger)
 * `due`      what has to be looked at, in order of the moment
 * `list`     the things of one list, in order (deployments of a service, tasks of a service, services)
 */
export const tableSchema = {
  hash: { name: 'pk', type: 'S' },
  range: { name: 'sk', type: 'S' },
  ttl: 'ttl',
  indexes: {
    due: { hash: { name: 'duePk', type: 'S' }, range: { name: 'dueAt', type: 'N' }, projection: 'KEYS_ONLY' },
    list: { hash: { name: 'listPk', type: 'S' }, range: { name: 'listSk', type: 'S' }, projection: 'ALL' },
  },
} as const;
