import type * as z from 'zod/mini';
import { applicationView, jobView } from './application-views.ts';
import type { RouteName } from './routes.ts';
import * as views from './views.ts';

/**
 * What each route answers with when it is not a problem. Apart from the routes, since whoever answers needs none of
 * these shapes when it runs: they are for whoever asks, and for the description of the API.
 */
export const answers = {
  createDeployment: views.deploymentView,
  getDeployment: views.deploymentView,
  approveDeployment: views.deploymentView,
  promoteDeployment: views.deploymentView,
  skipStep: views.deploymentView,
  pauseDeployment: views.deploymentView,
  resumeDeployment: views.deploymentView,
  abortDeployment: views.deploymentView,
  getEvidence: views.evidencePage,
  getDeploymentLedger: views.ledgerPage,
  explainDeployment: views.explanationView,
  createApplication: applicationView,
  getApplication: applicationView,
  abortApplication: applicationView,
  getApplicationLedger: views.ledgerPage,
  getJob: jobView,
  listEnvironments: views.environmentPage,
  listLocks: views.lockPage,
  lockEnvironment: views.lockView,
  unlockEnvironment: views.unlockedView,
  listServices: views.servicePage,
  getService: views.serviceView,
  listTasks: views.taskPage,
  listDeployments: views.deploymentPage,
  listReleases: views.releasePage,
  getServiceLedger: views.ledgerPage,
  explainService: views.explanationView,
  getLogs: views.logPage,
  rollBack: views.deploymentView,
  planDeployment: views.planView,
  getDrift: views.driftView,
  adoptDrift: views.adoptionView,
  revertDrift: views.deploymentView,
  adoptService: views.adoptionView,
  lockService: views.lockView,
  unlockService: views.unlockedView,
  scaleService: views.serviceView,
  stopService: views.serviceView,
  receiveGitHub: views.gitHubView,
  getOpenApi: views.openApiView,
  getHealth: views.healthView,
} as const satisfies Record<RouteName, z.core.$ZodType>;

export type RouteOutput<Name extends RouteName> = z.output<(typeof answers)[Name]>;
