import { routes } from '../core/contract/routes.ts';
import { gitHubOperations } from '../core/operations/github-operations.ts';
import { composeGitHub } from './composition.ts';
import { createApi } from './support/api.ts';

/** Takes in what GitHub tells. */
export const handler = createApi(composeGitHub(), routes, gitHubOperations);
