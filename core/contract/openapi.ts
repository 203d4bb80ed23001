import * as z from 'zod/mini';
import { answers } from './answers.ts';
import { problemMediaType } from './problem.ts';
import { requests } from './requests.ts';
import { type Route, versionedPath } from './route.ts';
import { type RouteName, routes } from './routes.ts';
import { problemView, views } from './views.ts';

type Json = Record<string, unknown>;

const version = '0.1.0';
const schemaPath = (id: string) => `#/components/schemas/${id}`;

/** The description of the API, OpenAPI 3.1; everything in it comes from the routes. */
export function openApi(): Json {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries(routes))
    paths[versionedPath(route)] = {
      ...paths[versionedPath(route)],
      [route.method.toLowerCase()]: operation(name as RouteName, route),
    };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Berth',
      version,
      summary: 'A control plane for Amazon ECS',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: { schemas: { ...schemasOf(views, 'output'), ...schemasOf(requests, 'input') } },
  };
}

function operation(name: RouteName, route: Route): Json {
  return {
    operationId: name,
    summary: route.summary,
    parameters: [
      ...parameters(route.params, 'path'),
      ...parameters(route.query, 'query'),
      ...(route.idempotent ? [idempotencyKeyHeader] : []),
    ],
    ...(route.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: reference(requests, route.body) } },
      },
    }),
    responses: {
      [route.status]: {
        description: 'Done, or taken on',
        content: { 'application/json': { schema: reference(views, answers[name]) } },
      },
      default: {
        description: 'Why not, as RFC 9457 has it',
        content: { [problemMediaType]: { schema: reference(views, problemView) } },
      },
    },
  };
}

const idempotencyKeyHeader: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key with the same body is the same request; with another body, a conflict',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,128}$' },
};

function parameters(schema: z.core.$ZodType, place: 'path' | 'query'): Json[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: property,
  }));
}

type Registry = typeof views;

function reference(registry: Registry, schema: z.core.$ZodType): Json {
  const id = registry.get(schema)?.id;
  if (id === undefined) throw new Error('every shape of a route has to be registered with its name');
  return { $ref: schemaPath(id) };
}

function schemasOf(registry: Registry, io: 'input' | 'output'): Json {
  const { schemas } = z.toJSONSchema(registry, { io, uri: schemaPath, unrepresentable: 'any' });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]),
  );
}
