import { z } from 'zod';
import { AwsError } from '../../support/service.ts';

/**
 * The query protocol's flat parameters (`Targets.member.1.Id=…`) as the nested value they stand for
 * (`{ Targets: [{ Id: … }] }`); leaves are strings.
 */
export function nested(flat: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const root: Branch = new Map();
  for (const [name, value] of Object.entries(flat)) {
    const path = name.split('.');
    if (path.length > deepestPath) throw invalid(`The parameter ${name} is nested too deeply.`);
    plant(root, path, `${value}`);
  }
  return Object.fromEntries([...root].map(([name, value]) => [name, grown(value)]));
}

type Branch = Map<string, Branch | string>;

const deepestPath = 12;

function plant(branch: Branch, path: readonly string[], value: string): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    branch.set(name, value);
    return;
  }
  const known = branch.get(name);
  const next: Branch = known instanceof Map ? known : new Map();
  branch.set(name, next);
  plant(next, rest, value);
}

function grown(value: Branch | string): unknown {
  if (typeof value === 'string') return value;
  const members = value.get('member');
  if (value.size !== 1 || !(members instanceof Map)) {
    return Object.fromEntries([...value].map(([name, inner]) => [name, grown(inner)]));
  }
  const inOrder = [...members].sort(([a], [b]) => Number(a) - Number(b));
  return inOrder.map(([, inner]) => grown(inner));
}

/** Reads `flat` by `schema`, or throws a ValidationError that names each bad field. */
export function parsed<S extends z.ZodType>(schema: S, flat: Readonly<Record<string, unknown>>): z.output<S> {
  const result = schema.safeParse(nested(flat));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`);
  throw invalid(problems.join('; '));
}

export const invalid = (message: string) => new AwsError('ValidationError', message);

/** A whole number, which the query protocol writes as text. */
export const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be between ${min} and ${max}`);

/** A list of at most `most`; SDKs write an empty one as an empty string. */
export const listOf = <S extends z.ZodType>(item: S, most = 100) =>
  z.preprocess((value) => (value === '' ? [] : value), z.array(item).max(most));

export const arn = z.string().min(1).max(256);

export const name = z
  .string()
  .regex(
    /^(?!-)[A-Za-z0-9-]{1,32}(?<!-)$/,
    'must have 1 to 32 letters, digits or hyphens, and not begin or end with a hyphen',
  );

export const port = whole(1, 65_535);

export const page = { Marker: z.string().max(1024).optional(), PageSize: whole(1, 400).optional() };
