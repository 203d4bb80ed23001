import { paged } from './paging.ts';
import { get, ofDeployment, ofService, type Route, service } from './route.ts';

/** The routes of whoever says what would be decided: apart from the others, whose manifests it need not know. */
export const explainRoutes = {
  getEvidence: {
    ...get,
    path: '/deployments/{id}/evidence',
    summary: 'What the judge saw, newest first, and the verdict that it comes to when it is weighed anew',
    params: ofDeployment,
    query: paged,
  },
  explainDeployment: {
    ...get,
    path: '/deployments/{id}/explanation',
    summary: 'What would be decided now, and why',
    params: ofDeployment,
  },
  explainService: {
    ...get,
    path: `${service}/explanation`,
    summary: 'What would be decided now, and why',
    params: ofService,
  },
} as const satisfies Readonly<Record<string, Route>>;
