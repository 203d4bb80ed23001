import type * as z from 'zod/mini';
import { explainRoutes } from './explain-routes.ts';
import { paged } from './paging.ts';
import * as requests from './requests.ts';
import {
  get,
  ofApplication,
  ofDeployment,
  ofEnvironment,
  ofJob,
  ofService,
  post,
  type Route,
  service,
} from './route.ts';

export const routes = {
  createDeployment: {
    ...post,
    path: '/deployments',
    summary: 'Deploy a service: create it, or move it to what the manifest says',
    body: requests.createDeployment,
    idempotent: true,
  },
  getDeployment: {
    ...get,
    path: '/deployments/{id}',
    summary: 'A deployment, with its verdict once it has one',
    params: ofDeployment,
    query: requests.watchQuery,
  },
  approveDeployment: {
    ...post,
    path: '/deployments/{id}/approve',
    summary: 'Let a deployment go on that waits for somebody',
    params: ofDeployment,
    body: requests.control,
  },
  promoteDeployment: {
    ...post,
    path: '/deployments/{id}/promote',
    summary: 'Give the new release all traffic now; gates and the judge may still say no',
    params: ofDeployment,
    body: requests.control,
  },
  skipStep: {
    ...post,
    path: '/deployments/{id}/skip',
    summary: 'End the present step of a deployment before its time',
    params: ofDeployment,
    body: requests.control,
  },
  pauseDeployment: {
    ...post,
    path: '/deployments/{id}/pause',
    summary: 'Hold a deployment at its present step',
    params: ofDeployment,
    body: requests.control,
  },
  resumeDeployment: {
    ...post,
    path: '/deployments/{id}/resume',
    summary: 'Let a deployment go on that was paused',
    params: ofDeployment,
    body: requests.control,
  },
  abortDeployment: {
    ...post,
    path: '/deployments/{id}/abort',
    summary: 'End a deployment and go back to what ran before',
    params: ofDeployment,
    body: requests.control,
  },
  getEvidence: explainRoutes.getEvidence,
  getDeploymentLedger: {
    ...get,
    path: '/deployments/{id}/ledger',
    summary: 'Every decision of a deployment, oldest first',
    params: ofDeployment,
    query: paged,
  },
  explainDeployment: explainRoutes.explainDeployment,
  createApplication: {
    ...post,
    path: '/applications',
    summary: 'Deploy several services in the order in which they need each other, and take them back as one',
    body: requests.createApplication,
    idempotent: true,
  },
  getApplication: {
    ...get,
    path: '/applications/{id}',
    summary: 'An application’s deployment: how far each service is, and the verdict once there is one',
    params: ofApplication,
  },
  abortApplication: {
    ...post,
    path: '/applications/{id}/abort',
    summary: 'Begin no more services of an application, and take back what has changed',
    params: ofApplication,
    body: requests.control,
  },
  getApplicationLedger: {
    ...get,
    path: '/applications/{id}/ledger',
    summary: 'Every decision of an application’s deployment, oldest first',
    params: ofApplication,
    query: paged,
  },
  getJob: {
    ...get,
    path: '/jobs/{id}',
    summary: 'A job: a one-off task before or after a deployment, with its verdict and last lines',
    params: ofJob,
  },
  listEnvironments: {
    ...get,
    path: '/environments',
    summary: 'The environments',
  },
  listLocks: {
    ...get,
    path: '/environments/{environment}/locks',
    summary: 'The locks and freezes of an environment and of its services',
    params: ofEnvironment,
    query: paged,
  },
  lockEnvironment: {
    ...post,
    path: '/environments/{environment}/lock',
    summary: 'Let no deployment of an environment set out or go on',
    params: ofEnvironment,
    body: requests.lock,
  },
  unlockEnvironment: {
    ...post,
    path: '/environments/{environment}/unlock',
    summary: 'Take locks of an environment away',
    params: ofEnvironment,
    body: requests.unlock,
  },
  listServices: {
    ...get,
    path: '/environments/{environment}/services',
    summary: 'The services of an environment, by name',
    params: ofEnvironment,
    query: paged,
  },
  getService: {
    ...get,
    path: service,
    summary: 'A service: what is wanted, and what ECS runs',
    params: ofService,
  },
  listTasks: {
    ...get,
    path: `${service}/tasks`,
    summary: 'The tasks of a service, newest first; also those that ECS has forgotten',
    params: ofService,
    query: requests.tasksQuery,
  },
  listDeployments: {
    ...get,
    path: `${service}/deployments`,
    summary: 'The deployments of a service, newest first',
    params: ofService,
    query: paged,
  },
  listReleases: {
    ...get,
    path: `${service}/releases`,
    summary: 'The releases of a service, newest first',
    params: ofService,
    query: paged,
  },
  getServiceLedger: {
    ...get,
    path: `${service}/ledger`,
    summary: 'Every decision about a service, newest first',
    params: ofService,
    query: paged,
  },
  explainService: explainRoutes.explainService,
  getLogs: {
    ...get,
    path: `${service}/logs`,
    summary: 'What the tasks of a service wrote, oldest first',
    params: ofService,
    query: requests.logsQuery,
  },
  rollBack: {
    ...post,
    path: `${service}/rollback`,
    summary: 'Go back to a release that was seen succeeding; without a number, to the last other one',
    params: ofService,
    body: requests.rollback,
    idempotent: true,
  },
  planDeployment: {
    ...post,
    status: 200,
    path: '/plan',
    summary: 'What a deployment would change, in which steps, and what speaks against it; changes nothing',
    body: requests.createDeployment,
  },
  getDrift: {
    ...get,
    path: `${service}/drift`,
    summary: 'What somebody changed of a service in ECS',
    params: ofService,
  },
  adoptDrift: {
    ...post,
    status: 200,
    path: `${service}/drift/adopt`,
    summary: 'Take over what ECS runs as a new release, without touching it',
    params: ofService,
    body: requests.mend,
  },
  revertDrift: {
    ...post,
    path: `${service}/drift/revert`,
    summary: 'Deploy what Berth wants again',
    params: ofService,
    body: requests.mend,
    idempotent: true,
  },
  adoptService: {
    ...post,
    status: 200,
    path: `${service}/adopt`,
    summary: 'Take over a live ECS service, without touching it',
    params: ofService,
    body: requests.adopt,
  },
  lockService: {
    ...post,
    path: `${service}/lock`,
    summary: 'Let no deployment of a service set out or go on',
    params: ofService,
    body: requests.lock,
  },
  unlockService: {
    ...post,
    path: `${service}/unlock`,
    summary: 'Take locks of a service away',
    params: ofService,
    body: requests.unlock,
  },
  scaleService: {
    ...post,
    path: `${service}/scale`,
    summary: 'Set how many tasks a service has',
    params: ofService,
    body: requests.scale,
  },
  stopService: {
    ...post,
    path: `${service}/stop`,
    summary: 'Let a service have no tasks; it can be scaled up again',
    params: ofService,
    body: requests.act,
  },
  receiveGitHub: {
    ...post,
    path: '/hooks/github/{environment}',
    summary: 'What GitHub tells by its webhook, signed with the secret of the environment',
    params: ofEnvironment,
    raw: true,
  },
  getOpenApi: { ...get, path: '/openapi.json', unversioned: true, summary: 'This description' },
  getHealth: { ...get, path: '/health', unversioned: true, summary: 'Whether Berth answers' },
} as const satisfies Readonly<Record<string, Route>>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;

/** A route as API Gateway calls it, but for the version: `GET /environments/{environment}/locks`. */
export type RouteKey = {
  [Name in RouteName]: `${Routes[Name]['method']} ${Routes[Name]['path']}`;
}[RouteName];

/** A body as it came. */
export interface RawBody {
  readonly bytes: Uint8Array;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
}

/** What an operation gets: everything parsed. */
export interface RouteInput<Name extends RouteName> {
  readonly params: z.output<Routes[Name]['params']>;
  readonly query: z.output<Routes[Name]['query']>;
  readonly body: Routes[Name] extends { body: infer Body extends z.core.$ZodType }
    ? z.output<Body>
    : Routes[Name] extends { raw: true }
      ? RawBody
      : undefined;
  /** The body as plain JSON, before it was parsed: what is kept to be parsed again, by a later version of Berth. */
  readonly written?: unknown;
  readonly idempotencyKey?: string;
}
