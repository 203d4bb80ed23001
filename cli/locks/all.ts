import type { LockView } from '../../core/contract/views.ts';
import type { Context } from '../context.ts';
import { collect } from '../pages.ts';

const pageSize = 100;

/** All locks of the context's environment, its own before those of its services. */
export const allLocks = ({ client, environment }: Context): Promise<LockView[]> =>
  collect((after) => client.listLocks({ environment, limit: pageSize, after }));
