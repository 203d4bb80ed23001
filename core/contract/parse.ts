import * as z from 'zod';
import type { FieldError } from '../kernel/errors.ts';
import { nearest } from './suggest.ts';

export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

const maxErrors = 25;

/**
 * An object that refuses keys it does not know and names the one that was probably meant. `later` holds keys
 * that are planned: they get an answer of their own.
 */
export function strict<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  later: Readonly<Record<string, string>> = {},
) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys
            .slice(0, maxErrors)
            .map((key) => adviceFor(key, Object.keys(shape), later))
            .join('\n')
        : undefined,
  });
}

function adviceFor(key: string, known: readonly string[], later: Readonly<Record<string, string>>): string {
  if (Object.hasOwn(later, key)) return `${quoted(key)} is not supported yet: ${later[key]}`;
  const meant = nearest(key, known);
  const advice = meant ? `did you mean "${meant}"?` : `known here: ${known.join(', ') || 'nothing'}`;
  return `there is no key ${quoted(key)}; ${advice}`;
}

/** Text of a caller's as it may stand in a message: short, and without control characters. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text).replace(/\p{Cf}/gu, '');

/** Parses `value`; errors name the place by a JSON pointer that begins with `base`. */
export function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  base = '',
): Parsed<z.output<Schema>> {
  const result = schema.safeParse(value, { error: plainWords });
  if (result.success) return { ok: true, value: result.data };
  return {
    ok: false,
    errors: result.error.issues.flatMap((issue) => fieldErrors(issue, base)).slice(0, maxErrors),
  };
}

/** How zod's own findings are told to people. */
const plainWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_type')
    return issue.input === undefined ? 'is missing' : `has to be ${withArticle(issue.expected)}`;
  if (issue.code === 'invalid_value')
    return `has to be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
  if (issue.code === 'too_big') return `may be at most ${issue.maximum}${unitOf(issue.origin)}`;
  if (issue.code === 'too_small') return `has to be at least ${issue.minimum}${unitOf(issue.origin)}`;
  return undefined;
};

const withArticle = (type: string) => {
  const words: Readonly<Record<string, string>> = { int: 'a whole number', record: 'an object' };
  return words[type] ?? `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
};

const unitOf = (origin: string) =>
  origin === 'string' ? ' characters long' : origin === 'array' ? ' items long' : '';

function fieldErrors(issue: z.core.$ZodIssue, base: string): FieldError[] {
  const path = base + issue.path.map((part) => `/${escaped(String(part))}`).join('');
  if (issue.code === 'unrecognized_keys') {
    const details = issue.message.split('\n');
    return issue.keys.slice(0, maxErrors).map((key, place) => ({
      path: `${path}/${escaped(key)}`,
      detail: details[place] ?? 'is not known',
    }));
  }
  if (issue.code === 'invalid_key')
    return [{ path, detail: `as a name ${issue.issues[0]?.message ?? 'is not valid'}` }];
  return [{ path, detail: issue.message }];
}

const escaped = (part: string) => part.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
