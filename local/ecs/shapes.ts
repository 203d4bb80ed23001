import * as sdk from '@aws-sdk/client-ecs';
import { AwsError } from '../support/service.ts';
import { clientError, invalid } from './errors.ts';
import { allowedValues } from './validation/enums.ts';

/**
 * Checks inputs against the shapes that the official SDK carries at run time.
 *
 * A schema is a number (0 string, 1 number, 2 boolean, 4 timestamp, 64|x list of x, 128|x map of x), an
 * array whose first element tells its kind (3 structure, 1 list, 2 map, 9 operation, 0 alias), a function
 * that gives one, or a pair of one and its traits.
 */
type Schema = number | string | readonly unknown[] | (() => Schema);

const kinds = { alias: 0, list: 1, map: 2, structure: 3, operation: 9 } as const;
const fractional = new Set(['canaryPercent', 'stepPercent', 'value:Scale', 'doubleValue']);
/** Whole numbers are of 32 bits, but for this one. */
const long = 'longValue';
const listCeiling = 1000;

const inputs = readSchemas(4);
const outputs = readSchemas(5);

/** Every action that the SDK's client knows, whether or not Local AWS has it. */
export const knownActions: ReadonlySet<string> = new Set(inputs.keys());

/**
 * Returns a copy of `input` that holds the members which `action` knows, all of the right type.
 * Unknown members and nulls are left out, as AWS does. Throws SerializationException for a wrong type,
 * ClientException or InvalidParameterException for a missing member or a value outside its enum.
 */
export function parseInput<Input>(action: string, input: Record<string, unknown>): Input {
  const schema = inputs.get(action);
  if (!schema) throw new AwsError('UnknownOperationException', `Unknown operation ${action}.`);
  return parse(schema, input, { path: '', owner: '', member: '' }) as Input;
}

/**
 * Where an answer of `action` is not as the SDK's shape has it: a member that the shape does not know, or a value of
 * another type. The answer is taken as it travels, parsed from JSON. Empty when all is well.
 */
export function outputFaults(action: string, output: unknown): readonly string[] {
  const schema = outputs.get(action);
  return schema ? faultsOf(schema, output, action) : [`${action} is not known`];
}

function faultsOf(schema: Schema, value: unknown, path: string): readonly string[] {
  const resolved = resolve(schema);
  if (typeof resolved === 'number') {
    if (resolved >= 128) return faultsOf([kinds.map, '', '', 0, 0, resolved & 0b0011_1111], value, path);
    if (resolved >= 64) return faultsOf([kinds.list, '', '', 0, resolved & 0b0011_1111], value, path);
    const type = ['string', 'number', 'boolean'][resolved] ?? (resolved <= 7 ? 'number' : undefined);
    return type === undefined || typeof value === type ? [] : [`${path} is no ${type}`];
  }
  const [kind] = resolved;
  if (kind === kinds.alias) return faultsOf(resolved[4] as Schema, value, path);
  if (kind === kinds.list) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((item, index) => faultsOf(resolved[4] as Schema, item, `${path}[${index}]`));
  }
  if (!isRecord(value)) return [`${path} is no structure`];
  const members = kind === kinds.map ? undefined : (resolved[4] as readonly string[]);
  return Object.entries(value).flatMap(([name, entry]) => {
    if (!members) return faultsOf(resolved[5] as Schema, entry, `${path}.${name}`);
    const index = members.indexOf(name);
    if (index < 0) return [`${path}.${name} is not known`];
    return faultsOf((resolved[5] as readonly Schema[])[index] as Schema, entry, `${path}.${name}`);
  });
}

interface Place {
  readonly path: string;
  readonly owner: string;
  readonly member: string;
}

function parse(schema: Schema, value: unknown, place: Place): unknown {
  const resolved = resolve(schema);
  if (typeof resolved === 'number') return parseNumbered(resolved, value, place);
  const [kind] = resolved;
  if (kind === kinds.alias) return parse(resolved[4] as Schema, value, place);
  if (kind === kinds.structure) return parseStructure(resolved, value, place);
  if (kind === kinds.list) return parseList(resolved[4] as Schema, value, place);
  if (kind === kinds.map) return parseMap(resolved[5] as Schema, value, place);
  return value;
}

function parseNumbered(schema: number, value: unknown, place: Place): unknown {
  if (schema >= 128) return parseMap(schema & 0b0011_1111, value, place);
  if (schema >= 64) return parseList(schema & 0b0011_1111, value, place);
  if (schema === 0) return parseString(value, place);
  if (schema === 1) return parseNumber(value, place);
  if (schema === 2) return typeof value === 'boolean' ? value : wrongType(value, 'a Boolean', place);
  if (schema >= 4 && schema <= 7) return parseTimestamp(value, place);
  return value;
}

function parseString(value: unknown, place: Place): string {
  if (typeof value !== 'string') return wrongType(value, 'a String', place);
  const allowed = allowedValues(place.owner, place.member);
  if (allowed && !allowed.includes(value)) {
    if (place.member === 'launchType' && /^Create(Service|TaskSet)Request$/.test(place.owner)) {
      throw clientError('launch type should be one of [EC2,FARGATE]');
    }
    throw invalid(
      `1 validation error detected: Value '${shortened(value)}' at '${place.path}' failed to satisfy constraint: ` +
        `Member must satisfy enum value set: [${allowed.join(', ')}]`,
    );
  }
  return value;
}

function parseNumber(value: unknown, place: Place): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return wrongType(value, 'an Integer', place);
  const mayBeFractional = fractional.has(place.member) || fractional.has(`${place.member}:${place.owner}`);
  if (mayBeFractional) return value;
  const isWhole = place.member === long ? Number.isSafeInteger(value) : value === (value | 0);
  return isWhole ? value : wrongType(value, 'an Integer', place);
}

function parseTimestamp(value: unknown, place: Place): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : wrongType(value, 'a Timestamp', place);
}

function parseStructure(schema: readonly unknown[], value: unknown, place: Place): object {
  if (!isRecord(value)) return wrongType(value, 'a structure', place);
  const owner = String(schema[2]);
  const members = schema[4] as readonly string[];
  const schemas = schema[5] as readonly Schema[];
  const required = (schema[6] as number | undefined) ?? 0;
  const parsed: Record<string, unknown> = {};
  members.forEach((member, index) => {
    const given = Object.hasOwn(value, member) ? value[member] : undefined;
    const missing = given === undefined || given === null;
    if (missing && index >= required) return;
    const path = place.path === '' ? member : `${place.path}.${member}`;
    if (missing) throw clientError(`${path} should not be null or empty.`);
    parsed[member] = parse(schemas[index] as Schema, given, { path, owner, member });
  });
  return parsed;
}

function parseList(item: Schema, value: unknown, place: Place): unknown[] {
  if (!Array.isArray(value)) return wrongType(value, 'a List', place);
  if (value.length > listCeiling) {
    throw invalid(`'${place.path}' holds ${value.length} items; at most ${listCeiling} are accepted.`);
  }
  return value.map((entry, index) => parse(item, entry, { ...place, path: `${place.path}[${index}]` }));
}

function parseMap(item: Schema, value: unknown, place: Place): Record<string, unknown> {
  if (!isRecord(value)) return wrongType(value, 'a Map', place);
  const entries = Object.entries(value).filter(([, entry]) => entry !== null);
  return Object.fromEntries(
    entries.map(([key, entry]) => [
      key,
      parse(item, entry, { path: `${place.path}.${shortened(key)}`, owner: '', member: '' }),
    ]),
  );
}

function wrongType(value: unknown, expected: string, place: Place): never {
  const actual = value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
  throw new AwsError(
    'SerializationException',
    `${place.path || 'The request'}: ${actual} can not be converted to ${expected}.`,
  );
}

function resolve(schema: Schema): number | readonly unknown[] {
  let current: Schema = schema;
  for (;;) {
    if (typeof current === 'function') current = current();
    else if (Array.isArray(current) && current.length === 2) current = current[0] as Schema;
    else if (typeof current === 'string') return [kinds.structure, '', current, 0, [], []];
    else return current as number | readonly unknown[];
  }
}

/** The schemas of all operations by their place in an operation: 4 is the input, 5 the output. */
function readSchemas(place: 4 | 5): Map<string, Schema> {
  const found = new Map<string, Schema>();
  for (const schema of Object.values(sdk as Record<string, unknown>)) {
    if (Array.isArray(schema) && schema[0] === kinds.operation) {
      found.set(String(schema[2]), schema[place] as Schema);
    }
  }
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
