import { routes } from '../core/contract/routes.ts';
import { preflightOperations } from '../core/operations/preflight-operations.ts';
import { composePreflight } from './composition.ts';
import { createApi } from './support/api.ts';

/** Says what a deployment would come to and what was changed outside Berth; takes over what is there. */
export const handler = createApi(composePreflight(), routes, preflightOperations);
