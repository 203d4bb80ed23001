import type { RouteOutput } from '../contract/answers.ts';
import type { RouteInput, RouteName } from '../contract/routes.ts';
import { adoptService } from './adopt.ts';
import { abortApplication, createApplication, getApplication, getApplicationLedger } from './applications.ts';
import {
  abortDeployment,
  approveDeployment,
  pauseDeployment,
  promoteDeployment,
  resumeDeployment,
  skipStep,
} from './controls.ts';
import { createDeployment } from './create-deployment.ts';
import { explainDeployment, getDeployment, getDeploymentLedger } from './deployments.ts';
import { adoptDrift, getDrift, revertDrift } from './drift.ts';
import { getEvidence } from './evidence.ts';
import { receiveGitHub } from './github/receive.ts';
import { getJob } from './jobs.ts';
import { listLocks, lockEnvironment, lockService, unlockEnvironment, unlockService } from './locks.ts';
import { getLogs } from './logs.ts';
import { planDeployment } from './plan.ts';
import type { OperationDependencies } from './ports.ts';
import { rollBack } from './roll-back.ts';
import { scaleService, stopService } from './scaling.ts';
import {
  explainService,
  getService,
  getServiceLedger,
  listDeployments,
  listReleases,
  listServices,
  listTasks,
} from './services.ts';

type Operation<Name extends RouteName> = (
  deps: OperationDependencies,
  input: RouteInput<Name>,
) => RouteOutput<Name> | Promise<RouteOutput<Name>>;

/** What each route does. */
export const operations: { readonly [Name in RouteName]: Operation<Name> } = {
  createDeployment,
  getDeployment,
  approveDeployment,
  promoteDeployment,
  skipStep,
  pauseDeployment,
  resumeDeployment,
  abortDeployment,
  getEvidence,
  getDeploymentLedger,
  explainDeployment,
  createApplication,
  getApplication,
  abortApplication,
  getApplicationLedger,
  getJob,
  listEnvironments: ({ environments }) => ({
    items: environments.map(({ name, cluster, region, local }) => ({ name, cluster, region, local })),
  }),
  listLocks,
  lockEnvironment,
  unlockEnvironment,
  listServices,
  getService,
  listTasks,
  listDeployments,
  listReleases,
  getServiceLedger,
  explainService,
  getLogs,
  rollBack,
  planDeployment,
  getDrift,
  adoptDrift,
  revertDrift,
  adoptService,
  lockService,
  unlockService,
  scaleService,
  stopService,
  receiveGitHub,
  getOpenApi: ({ describe }) => describe(),
  getHealth: () => ({ status: 'ok' }),
};
