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
import { getDeployment, getDeploymentLedger } from './deployments.ts';
import { getJob } from './jobs.ts';
import { listLocks, lockEnvironment, lockService, unlockEnvironment, unlockService } from './locks.ts';
import { getLogs } from './logs.ts';
import type { OperationDependencies } from './ports.ts';
import { rollBack } from './roll-back.ts';
import { scaleService, stopService } from './scaling.ts';
import {
  getService,
  getServiceLedger,
  listDeployments,
  listReleases,
  listServices,
  listTasks,
} from './services.ts';
import type { OperationTable } from './table.ts';

/** What the routes do that no other function takes. */
export const operations = {
  createDeployment,
  getDeployment,
  approveDeployment,
  promoteDeployment,
  skipStep,
  pauseDeployment,
  resumeDeployment,
  abortDeployment,
  getDeploymentLedger,
  createApplication,
  getApplication,
  abortApplication,
  getApplicationLedger,
  getJob,
  listEnvironments: ({ environments }: OperationDependencies) => ({
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
  getLogs,
  rollBack,
  lockService,
  unlockService,
  scaleService,
  stopService,
  getOpenApi: ({ describe }: OperationDependencies) => describe(),
  getHealth: () => ({ status: 'ok' }),
} satisfies OperationTable<OperationDependencies>;
