import type * as z from 'zod';
import { deploymentId, ecsName, name } from './names.ts';
import { strict } from './parse.ts';
import * as requests from './requests.ts';
import * as views from './views.ts';

/** One route: everything else (validation, client, OpenAPI) derives from this. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** `{name}` stands for a parameter. */
  readonly path: `/${string}`;
  readonly summary: string;
  /** Of an answer that is not a problem. */
  readonly status: 200 | 202;
  readonly params: z.ZodType<object>;
  readonly query: z.ZodType<object>;
  readonly body?: z.ZodType<object>;
  /** Whether the header `Idempotency-Key` is understood. */
  readonly idempotent?: true;
  readonly response: z.ZodType;
}

const none = strict({});
const ofEnvironment = strict({ environment: name });
const ofService = strict({ environment: name, service: ecsName });
const ofDeployment = strict({ id: deploymentId });

const service = '/environments/{environment}/services/{service}';

const get = { method: 'GET', status: 200, params: none, query: none } as const;
const post = { method: 'POST', status: 202, params: none, query: none } as const;

export const routes = {
  createDeployment: {
    ...post,
    path: '/deployments',
    summary: 'Deploy a service: create it, or move it to what the manifest says',
    body: requests.createDeployment,
    idempotent: true,
    response: views.deploymentView,
  },
  getDeployment: {
    ...get,
    path: '/deployments/{id}',
    summary: 'A deployment, with its verdict once it has one',
    params: ofDeployment,
    response: views.deploymentView,
  },
  abortDeployment: {
    ...post,
    path: '/deployments/{id}/abort',
    summary: 'End a deployment and go back to what ran before',
    params: ofDeployment,
    body: requests.act,
    response: views.deploymentView,
  },
  getDeploymentLedger: {
    ...get,
    path: '/deployments/{id}/ledger',
    summary: 'Every decision of a deployment, oldest first',
    params: ofDeployment,
    query: requests.paged,
    response: views.ledgerPage,
  },
  explainDeployment: {
    ...get,
    path: '/deployments/{id}/explanation',
    summary: 'What would be decided now, and why',
    params: ofDeployment,
    response: views.explanationView,
  },
  listEnvironments: {
    ...get,
    path: '/environments',
    summary: 'The environments',
    response: views.environmentPage,
  },
  listServices: {
    ...get,
    path: '/environments/{environment}/services',
    summary: 'The services of an environment, by name',
    params: ofEnvironment,
    query: requests.paged,
    response: views.servicePage,
  },
  getService: {
    ...get,
    path: service,
    summary: 'A service: what is wanted, and what ECS runs',
    params: ofService,
    response: views.serviceView,
  },
  listTasks: {
    ...get,
    path: `${service}/tasks`,
    summary: 'The tasks of a service, newest first; also those that ECS has forgotten',
    params: ofService,
    query: requests.tasksQuery,
    response: views.taskPage,
  },
  listDeployments: {
    ...get,
    path: `${service}/deployments`,
    summary: 'The deployments of a service, newest first',
    params: ofService,
    query: requests.paged,
    response: views.deploymentPage,
  },
  listReleases: {
    ...get,
    path: `${service}/releases`,
    summary: 'The releases of a service, newest first',
    params: ofService,
    query: requests.paged,
    response: views.releasePage,
  },
  getServiceLedger: {
    ...get,
    path: `${service}/ledger`,
    summary: 'Every decision about a service, newest first',
    params: ofService,
    query: requests.paged,
    response: views.ledgerPage,
  },
  explainService: {
    ...get,
    path: `${service}/explanation`,
    summary: 'What would be decided now, and why',
    params: ofService,
    response: views.explanationView,
  },
  getLogs: {
    ...get,
    path: `${service}/logs`,
    summary: 'What the tasks of a service wrote, oldest first',
    params: ofService,
    query: requests.logsQuery,
    response: views.logPage,
  },
  rollBack: {
    ...post,
    path: `${service}/rollback`,
    summary: 'Go back to a release that was seen succeeding; without a number, to the last other one',
    params: ofService,
    body: requests.rollback,
    idempotent: true,
    response: views.deploymentView,
  },
  scaleService: {
    ...post,
    path: `${service}/scale`,
    summary: 'Set how many tasks a service has',
    params: ofService,
    body: requests.scale,
    response: views.serviceView,
  },
  stopService: {
    ...post,
    path: `${service}/stop`,
    summary: 'Let a service have no tasks; it can be scaled up again',
    params: ofService,
    body: requests.act,
    response: views.serviceView,
  },
  getOpenApi: { ...get, path: '/openapi.json', summary: 'This description', response: views.openApiView },
  getHealth: { ...get, path: '/health', summary: 'Whether Berth answers', response: views.healthView },
} as const satisfies Record<string, Route>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;

/** What an operation gets: everything parsed. */
export interface RouteInput<Name extends RouteName> {
  readonly params: z.output<Routes[Name]['params']>;
  readonly query: z.output<Routes[Name]['query']>;
  readonly body: Routes[Name] extends { body: infer Body extends z.ZodType } ? z.output<Body> : undefined;
  readonly idempotencyKey?: string;
}

export type RouteOutput<Name extends RouteName> = z.output<Routes[Name]['response']>;
