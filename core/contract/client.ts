import type * as z from 'zod/mini';
import { answers, type RouteOutput } from './answers.ts';
import { parse } from './parse.ts';
import { kindOf } from './problem.ts';
import { type Route, versionedPath } from './route.ts';
import { type RouteName, type Routes, routes } from './routes.ts';
import { type ProblemView, problemView } from './views.ts';

/** An answer of Berth's that says no; `kind` is one of the error kinds of the API (`not-found`, …). */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly kind: string;
  readonly problem: ProblemView;

  constructor(problem: ProblemView) {
    super(problem.detail);
    this.kind = kindOf(problem);
    this.problem = problem;
  }
}

/** Nobody answers at the address, or what answers is not Berth. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  readonly kind = 'unreachable';
}

type Body<Name extends RouteName> = Routes[Name] extends { body: infer Schema extends z.core.$ZodType }
  ? { readonly body: z.input<Schema> }
  : object;
type Key<Name extends RouteName> = Routes[Name] extends { idempotent: true }
  ? { readonly idempotencyKey?: string | undefined }
  : object;
/** An empty object's type would forbid every key beside it. */
type Known<Values> = string extends keyof Values ? object : Values;
/** The query as people have it: numbers need not be written as text. */
type Query<Values> = { [Name in keyof Values]: Values[Name] | number | undefined };

/** Parameters and query side by side, the body as `body`. */
export type ClientInput<Name extends RouteName> = Known<z.input<Routes[Name]['params']>> &
  Query<Known<z.input<Routes[Name]['query']>>> &
  Body<Name> &
  Key<Name>;

type Call<Name extends RouteName> =
  object extends ClientInput<Name>
    ? (input?: ClientInput<Name>) => Promise<RouteOutput<Name>>
    : (input: ClientInput<Name>) => Promise<RouteOutput<Name>>;

/** One method for each route. Each throws `ProblemError` or `UnreachableError`. */
export type Client = { readonly [Name in RouteName]: Call<Name> };

export interface ClientOptions {
  readonly baseUrl: string;
  readonly fetch?: typeof fetch;
  readonly timeoutSeconds?: number;
}

export function createClient(options: ClientOptions): Client {
  const entries = (Object.keys(routes) as RouteName[]).map((name) => [
    name,
    (input: object = {}) => call(options, name, { ...input }),
  ]);
  return Object.fromEntries(entries) as Client;
}

async function call(
  options: ClientOptions,
  name: RouteName,
  input: Record<string, unknown>,
): Promise<unknown> {
  const route: Route = routes[name];
  const { body, idempotencyKey, ...values } = input;
  const response = await send(options, urlOf(options.baseUrl, route, values), {
    method: route.method,
    headers: {
      accept: 'application/json',
      ...(route.body && { 'content-type': 'application/json' }),
      ...(typeof idempotencyKey === 'string' && { 'idempotency-key': idempotencyKey }),
    },
    ...(route.body && { body: JSON.stringify(body ?? {}) }),
  });
  const answer = await jsonOf(response);
  if (response.ok) return understood(answers[name], answer, response);
  throw new ProblemError(understood(problemView, answer, response));
}

function urlOf(baseUrl: string, route: Route, values: Record<string, unknown>): string {
  const rest = new Map(Object.entries(values).filter(([, value]) => value !== undefined));
  const path = versionedPath(route).replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(rest.get(name));
    rest.delete(name);
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams(
    Object.fromEntries([...rest].map(([name, value]) => [name, String(value)])),
  ).toString();
  return `${baseUrl.replace(/\/$/, '')}${path}${query && `?${query}`}`;
}

async function send(options: ClientOptions, url: string, request: RequestInit): Promise<Response> {
  try {
    const signal = AbortSignal.timeout((options.timeoutSeconds ?? 30) * 1000);
    return await (options.fetch ?? fetch)(url, { ...request, signal, redirect: 'error' });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new UnreachableError(`Berth does not answer at ${options.baseUrl}: ${messageOf(cause)}`, { cause });
  }
}

const messageOf = (error: unknown) =>
  error instanceof Error
    ? error.message || ('code' in error ? String(error.code) : error.name)
    : String(error);

async function jsonOf(response: Response): Promise<unknown> {
  return response.json().catch(() => undefined);
}

function understood<Schema extends z.core.$ZodType>(
  schema: Schema,
  answer: unknown,
  response: Response,
): z.output<Schema> {
  const parsed = parse(schema, answer);
  if (parsed.ok) return parsed.value;
  throw new UnreachableError(
    `What answers at ${response.url} (${response.status}) does not speak as Berth does`,
  );
}
