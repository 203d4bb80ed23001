import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sdk from '@aws-sdk/client-ecs';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEndpoint } from '../support/server.ts';
import { type Bench, startBench, webDefinition, webService } from './testing.ts';

/** The SDK's schemas as data; see `shapes.ts` for what the numbers mean. */
type Schema = number | string | readonly unknown[] | (() => Schema);

const operations = Object.values(sdk as Record<string, unknown>).filter(
  (one): one is readonly unknown[] => Array.isArray(one) && one[0] === 9,
);
const modelled = new Set([
  ...Object.keys(sdk).filter((name) => name.endsWith('Exception')),
  ...['SerializationException', 'UnknownOperationException', 'RequestEntityTooLarge'],
]);

function resolved(schema: Schema): number | readonly unknown[] {
  if (typeof schema === 'function') return resolved(schema());
  if (typeof schema === 'string') return 15;
  if (typeof schema === 'number') return schema;
  if (schema.length === 2 || schema[0] === 0) return resolved(schema[schema.length === 2 ? 0 : 4] as Schema);
  return schema;
}

const itemOf = (schema: number | readonly unknown[]): Schema =>
  typeof schema === 'number' ? schema & 63 : (schema[schema[0] === 1 ? 4 : 5] as Schema);
const isList = (schema: number | readonly unknown[]) =>
  typeof schema === 'number' ? schema >= 64 && schema < 128 : schema[0] === 1;
const isMap = (schema: number | readonly unknown[]) =>
  typeof schema === 'number' ? schema >= 128 : schema[0] === 2;

const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  ...['default', 'web', 'web:1', 'FARGATE', 'EC2', 'awsvpc', 'nothing', ''].map(fc.constant),
  fc.constant('arn:aws:ecs:us-east-1:000000000000:cluster/default'),
  fc.constant('arn:aws:ecs:us-east-1:000000000000:service/default/web'),
  fc.constant('arn:aws:ecs:eu-west-1:123456789012:task/other/0123456789abcdef0123456789abcdef'),
);
const number = fc.oneof(fc.integer({ min: -3, max: 300 }), fc.maxSafeInteger(), fc.double({ noNaN: true }));

/** A value of the schema's type, whatever it means. */
function arbitraryOf(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const shape = resolved(schema);
  if (isList(shape)) return fc.array(arbitraryOf(itemOf(shape), depth + 1), { maxLength: depth > 3 ? 0 : 3 });
  if (isMap(shape)) return fc.dictionary(text, arbitraryOf(itemOf(shape), depth + 1), { maxKeys: 2 });
  if (typeof shape !== 'number') return depth > 5 ? fc.constant({}) : structureOf(shape, depth);
  if (shape === 0) return text;
  if (shape === 2) return fc.boolean();
  return shape === 1 || (shape >= 4 && shape <= 7) ? number : fc.jsonValue({ maxDepth: 2 });
}

function structureOf(shape: readonly unknown[], depth: number): fc.Arbitrary<object> {
  const names = shape[4] as readonly string[];
  const schemas = shape[5] as readonly Schema[];
  const members = names.map((name, index) => [name, arbitraryOf(schemas[index]!, depth + 1)]);
  return fc.record(Object.fromEntries(members) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: depth === 0 ? names.slice(0, Number(shape[6] ?? 0)) : [],
  });
}

/** A value with something of a wrong type in it. */
function wrongOf(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const shape = resolved(schema);
  if (isList(shape))
    return fc.oneof(fc.constantFrom<unknown>('list', 7, {}), listOf(wrongOf(itemOf(shape), depth + 1)));
  if (isMap(shape)) return fc.constantFrom<unknown>('map', 7, [], { key: [[]] });
  if (typeof shape === 'number') return fc.constantFrom<unknown>(...otherTypes(shape));
  const names = shape[4] as readonly string[];
  const schemas = shape[5] as readonly Schema[];
  const outright = fc.constantFrom<unknown>('structure', 7, [], true);
  if (names.length === 0 || depth > 5) return outright;
  const inside = fc
    .nat(names.length - 1)
    .chain((index) =>
      fc
        .tuple(structureOf(shape, depth), wrongOf(schemas[index]!, depth + 1))
        .map(([rest, wrong]) => ({ ...rest, [names[index]!]: wrong })),
    );
  return depth === 0 ? inside : fc.oneof({ weight: 3, arbitrary: inside }, outright);
}

const listOf = (item: fc.Arbitrary<unknown>) => fc.array(item, { minLength: 1, maxLength: 2 });

function otherTypes(shape: number): unknown[] {
  const all: readonly (readonly [type: string, value: unknown])[] = [
    ['string', 'text'],
    ['number', 7],
    ['boolean', true],
    ['object', {}],
    ['object', []],
  ];
  const own = shape === 0 ? 'string' : shape === 2 ? 'boolean' : 'number';
  return all.filter(([type]) => type !== own).map(([, value]) => value);
}

const directory = mkdtempSync(join(tmpdir(), 'berth-border-'));
const journalFile = join(directory, 'journal');
const logged: string[] = [];
let bench: Bench;
let server: ReturnType<typeof createEndpoint>;
let port = 0;

beforeAll(async () => {
  bench = await startBench({ journalFile });
  bench.call('CreateCluster');
  bench.call('RegisterTaskDefinition', webDefinition());
  bench.call('CreateService', webService());
  await bench.clock.advance(10_000);
  server = createEndpoint({
    services: [bench.engine.service],
    routes: [],
    flush: () => bench.journal.flush(),
    log: (line) => logged.push(line),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await bench.engine.stop();
  bench.journal.close();
  rmSync(directory, { recursive: true, force: true });
});

/** What is on disk of everything that was ever changed; it only grows. */
async function changedBytes(): Promise<number> {
  await bench.clock.advance(0);
  bench.journal.flush();
  return statSync(journalFile).size;
}

async function call(action: string, body: string) {
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonEC2ContainerServiceV20141113.${action}`,
    },
    body,
  });
  const said = (await answer.json()) as { readonly __type?: string; readonly message?: string };
  return { status: answer.status, said };
}

/** Refused by an exception that the SDK knows, and nothing has changed. */
async function expectRefusal(action: string, body: string): Promise<void> {
  const before = await changedBytes();
  const { status, said } = await call(action, body);
  expect([status, said.__type, said.message, logged]).toEqual([
    expect.toSatisfy((code: number) => code >= 400 && code < 500),
    expect.toSatisfy((name: string) => modelled.has(name)),
    expect.any(String),
    [],
  ]);
  expect(await changedBytes()).toBe(before);
}

const nameOf = (operation: readonly unknown[]) => String(operation[2]);

it('refuses every action’s input with something of a wrong type in it, and changes nothing', async () => {
  const calls = fc
    .constantFrom(...operations)
    .chain((operation) => fc.tuple(fc.constant(nameOf(operation)), wrongOf(operation[4] as Schema)))
    .filter(([, input]) => Object.keys(input as object).length > 0);
  await fc.assert(
    fc.asyncProperty(calls, ([action, input]) => expectRefusal(action, JSON.stringify(input))),
    { numRuns: 400 },
  );
});

it('answers every input of the right types, or refuses it and changes nothing', async () => {
  const calls = fc
    .constantFrom(...operations)
    .chain((operation) => fc.tuple(fc.constant(nameOf(operation)), arbitraryOf(operation[4] as Schema)));
  await fc.assert(
    fc.asyncProperty(calls, async ([action, input]) => {
      const before = await changedBytes();
      const { status, said } = await call(action, JSON.stringify(input));
      if (status === 200) return;
      expect([status < 500, modelled.has(said.__type ?? ''), logged, said.message]).toEqual([
        true,
        true,
        [],
        expect.any(String),
      ]);
      expect(await changedBytes()).toBe(before);
    }),
    { numRuns: 400 },
  );
});

it('refuses what is no JSON object, cut off, or not of this world', async () => {
  const whole = JSON.stringify({ cluster: 'default', tasks: ['a'] });
  const broken = fc.oneof(
    fc.integer({ min: 0, max: whole.length - 1 }).map((end) => whole.slice(0, end)),
    fc.constantFrom('null', '[]', '7', '"text"', 'true', '{"a":1}}', '{"tasks":["a"],}', '\u0000', "{'a':1}"),
    fc.nat({ max: 3000 }).map((depth) => `${'['.repeat(depth + 1)}`),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...operations.map(nameOf), 'Nothing', '__proto__'),
      broken,
      expectRefusal,
    ),
    { numRuns: 150 },
  );
});

it('refuses a body that is too large', async () => {
  const before = await changedBytes();
  const { status, said } = await call('CreateCluster', `{"clusterName":"${'x'.repeat(2 ** 20)}"}`);
  expect([status, said.__type]).toEqual([413, 'RequestEntityTooLarge']);
  expect(await changedBytes()).toBe(before);
});
