import { composeApi } from './composition.ts';
import { createApi } from './support/api.ts';

/** The HTTP API: accepts, validates, records, answers; the work is done by `wake`. */
export const handler = createApi(composeApi());
