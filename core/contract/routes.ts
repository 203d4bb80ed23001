import type * as z from 'zod/mini';
import { deploymentId, ecsName, name } from './names.ts';
import { strict } from './parse.ts';
import * as requests from './requests.ts';

/**
 * One route: everything else (validation, client, OpenAPI) derives from this, and from what it answers with
 * (answers.ts).
 */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** `{name}` stands for a parameter. */
  readonly path: `/${string}`;
  readonly summary: string;
  /** Of an answer that is not a problem. */
  readonly status: 200 | 202;
  readonly params: z.core.$ZodType<object>;
  readonly query: z.core.$ZodType<object>;
  readonly body?: z.core.$ZodType<object>;
  /** Whether the header `Idempotency-Key` is understood. */
  readonly idempotent?: true;
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
  },
  getDeployment: {
    ...get,
    path: '/deployments/{id}',
    summary: 'A deployment, with its verdict once it has one',
    params: ofDeployment,
  },
  abortDeployment: {
    ...post,
    path: '/deployments/{id}/abort',
    summary: 'End a deployment and go back to what ran before',
    params: ofDeployment,
    body: requests.act,
  },
  getDeploymentLedger: {
    ...get,
    path: '/deployments/{id}/ledger',
    summary: 'Every decision of a deployment, oldest first',
    params: ofDeployment,
    query: requests.paged,
  },
  explainDeployment: {
    ...get,
    path: '/deployments/{id}/explanation',
    summary: 'What would be decided now, and why',
    params: ofDeployment,
  },
  listEnvironments: {
    ...get,
    path: '/environments',
    summary: 'The environments',
  },
  listServices: {
    ...get,
    path: '/environments/{environment}/services',
    summary: 'The services of an environment, by name',
    params: ofEnvironment,
    query: requests.paged,
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
    query: requests.paged,
  },
  listReleases: {
    ...get,
    path: `${service}/releases`,
    summary: 'The releases of a service, newest first',
    params: ofService,
    query: requests.paged,
  },
  getServiceLedger: {
    ...get,
    path: `${service}/ledger`,
    summary: 'Every decision about a service, newest first',
    params: ofService,
    query: requests.paged,
  },
  explainService: {
    ...get,
    path: `${service}/explanation`,
    summary: 'What would be decided now, and why',
    params: ofService,
  },
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
  getOpenApi: { ...get, path: '/openapi.json', summary: 'This description' },
  getHealth: { ...get, path: '/health', summary: 'Whether Berth answers' },
} as const satisfies Record<string, Route>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;

/** What an operation gets: everything parsed. */
export interface RouteInput<Name extends RouteName> {
  readonly params: z.output<Routes[Name]['params']>;
  readonly query: z.output<Routes[Name]['query']>;
  readonly body: Routes[Name] extends { body: infer Body extends z.core.$ZodType }
    ? z.output<Body>
    : undefined;
  readonly idempotencyKey?: string;
}
