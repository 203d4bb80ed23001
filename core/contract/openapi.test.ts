import { describe, expect, it } from 'vitest';
import { openApi } from './openapi.ts';
import { versionedPath } from './route.ts';
import { routes } from './routes.ts';

type Json = Record<string, unknown>;

const description = openApi() as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Json> };
};

interface Operation {
  operationId: string;
  parameters: { name: string; in: string; required: boolean; schema: Json }[];
  requestBody?: { content: Record<string, { schema: { $ref: string } }> };
  responses: Record<string, { description: string; content: Record<string, { schema: { $ref: string } }> }>;
}

const operations = Object.entries(description.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
);

function* referencesIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (key === '$ref' && typeof member === 'string') yield member;
    yield* referencesIn(member);
  }
}

describe('the description of the API', () => {
  it('is OpenAPI 3.1, as plain JSON', () => {
    expect(description.openapi).toBe('3.1.0');
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
  });

  it('describes every route once', () => {
    const described = operations.map(({ path, method, operation }) => [operation.operationId, method, path]);
    const declared = Object.entries(routes).map(([name, route]) => [
      name,
      route.method.toLowerCase(),
      versionedPath(route),
    ]);
    expect(described.sort()).toEqual(declared.sort());
  });

  it('declares every parameter of each path, and no other', () => {
    for (const { path, operation } of operations) {
      const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
      expect(inPath.every(({ required }) => required)).toBe(true);
      expect(inPath.map(({ name }) => `{${name}}`).sort()).toEqual((path.match(/\{\w+\}/g) ?? []).sort());
    }
  });

  it('has every shape that it refers to', () => {
    const references = [...referencesIn(description)];
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) {
      expect(reference).toMatch(/^#\/components\/schemas\/\w+$/);
      expect(description.components.schemas).toHaveProperty(reference.split('/').at(-1)!);
    }
  });

  it('tells of problems wherever it tells of answers', () => {
    for (const { operation } of operations) {
      expect(operation.responses.default?.content).toHaveProperty('application/problem+json');
    }
  });

  it('says what people may write, with its limits: units as text, defaults left out', () => {
    const { ServiceManifest } = description.components.schemas;
    expect(ServiceManifest).toMatchObject({ type: 'object', additionalProperties: false });
    expect(ServiceManifest).not.toHaveProperty('required');
    expect(ServiceManifest).toHaveProperty('properties.memory.anyOf', [
      expect.objectContaining({ type: 'number' }),
      expect.objectContaining({ type: 'string' }),
    ]);
  });
});
