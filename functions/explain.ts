import { explainRoutes } from '../core/contract/explain-routes.ts';
import { explainOperations } from '../core/operations/explain-operations.ts';
import { composeExplain } from './composition.ts';
import { createApi } from './support/api.ts';

/** Says what would be decided now, and weighs evidence anew. */
export const handler = createApi(composeExplain(), explainRoutes, explainOperations);
