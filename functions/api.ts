import { routes } from '../core/contract/routes.ts';
import { operations } from '../core/operations/operations.ts';
import { composeApi } from './composition.ts';
import { createApi } from './support/api.ts';

/** The HTTP API: accepts, validates, records, answers; `wake` and `work` decide what comes of it. */
export const handler = createApi(composeApi(), routes, operations);
