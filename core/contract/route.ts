import type * as z from 'zod/mini';
import { applicationId, deploymentId, ecsName, jobId, name } from './names.ts';
import { strict } from './parse.ts';

/**
 * One route: everything else (validation, client, OpenAPI) derives from this, and from what it answers with
 * (answers.ts).
 */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** `{name}` stands for a parameter; what the API is asked for is `versionedPath`. */
  readonly path: `/${string}`;
  /** It is the same in every version of the API. */
  readonly unversioned?: true;
  readonly summary: string;
  /** Of an answer that is not a problem. */
  readonly status: 200 | 202;
  readonly params: z.core.$ZodType<object>;
  readonly query: z.core.$ZodType<object>;
  readonly body?: z.core.$ZodType<object>;
  /** Whether the body is taken as the bytes that came, with the headers: a signature of them is checked. */
  readonly raw?: true;
  /** Whether the header `Idempotency-Key` is understood. */
  readonly idempotent?: true;
}

const version = '/v1';

/** `/v1/deployments/{id}`. */
export const versionedPath = ({ path, unversioned }: Pick<Route, 'path' | 'unversioned'>): string =>
  unversioned ? path : `${version}${path}`;

/** A path without the version that it may begin with: whoever leaves it out means the one there is. */
export const unversioned = (path: string): string =>
  path.startsWith(`${version}/`) ? path.slice(version.length) : path;

const none = strict({});
export const ofEnvironment = strict({ environment: name });
export const ofService = strict({ environment: name, service: ecsName });
export const ofDeployment = strict({ id: deploymentId });
export const ofApplication = strict({ id: applicationId });
export const ofJob = strict({ id: jobId });

/** The path of one. */
export const service = '/environments/{environment}/services/{service}';

export const get = { method: 'GET', status: 200, params: none, query: none } as const;
export const post = { method: 'POST', status: 202, params: none, query: none } as const;
