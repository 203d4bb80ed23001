import type { RouteOutput } from '../contract/answers.ts';
import type { RouteInput, RouteName } from '../contract/routes.ts';
import { createDeployment } from './create-deployment.ts';
import { abortDeployment, explainDeployment, getDeployment, getDeploymentLedger } from './deployments.ts';
import { getLogs } from './logs.ts';
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
  abortDeployment,
  getDeploymentLedger,
  explainDeployment,
  listEnvironments: ({ environments }) => ({
    items: environments.map(({ name, cluster, region, local }) => ({ name, cluster, region, local })),
  }),
  listServices,
  getService,
  listTasks,
  listDeployments,
  listReleases,
  getServiceLedger,
  explainService,
  getLogs,
  rollBack,
  scaleService,
  stopService,
  getOpenApi: ({ describe }) => describe(),
  getHealth: () => ({ status: 'ok' }),
};
