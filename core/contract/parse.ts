import * as z from 'zod/mini';
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
export function parse<Schema extends z.core.$ZodType>(
  schema: Schema,
  value: unknown,
  base = '',
): Parsed<z.output<Schema>> {
  const result = z.safeParse(schema, value, { error: plainWords });
  if (result.success) return { ok: true, value: result.data };
  return {
    ok: false,
    errors: result.error.issues.flatMap((issue) => fieldErrors(issue, base)).slice(0, maxErrors),
  };
}

/**
 * A step of a schema that makes one value of another. It says what came of it, or the problem in words that follow
 * the name of the place: "has to be …".
 */
export const reading = <From, To>(
  read: (from: From) => { readonly value: To } | { readonly problem: string },
) =>
  z.transform((from: From, context): To => {
    const result = read(from);
    if ('value' in result) return result.value;
    context.issues.push({ code: 'custom', message: result.problem, input: from });
    return z.NEVER;
  });

/** How zod's own findings are told to people: every kind of them, as zod/mini brings no words of its own. */
const plainWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `has to be ${withArticle(issue.expected)}`;
    case 'invalid_value':
      return `has to be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_big':
      return `${issue.inclusive ? 'may be at most' : 'has to be less than'} ${amountOf(issue.maximum, issue.origin)}`;
    case 'too_small':
      return `has to be ${issue.inclusive ? 'at least' : 'more than'} ${amountOf(issue.minimum, issue.origin)}`;
    case 'not_multiple_of':
      return `has to be a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return issue.format === 'regex' ? `has to match ${issue.pattern}` : `has to be a valid ${issue.format}`;
    case 'invalid_union':
      return 'has none of the forms that it may have';
    default:
      return 'is not valid';
  }
};

const withArticle = (type: string) => {
  const words: Readonly<Record<string, string>> = { int: 'a whole number', record: 'an object' };
  return words[type] ?? `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
};

const amountOf = (amount: number | bigint, origin: string) =>
  `${amount}${origin === 'string' ? ' characters long' : origin === 'array' ? ' items long' : ''}`;

function fieldErrors(issue: z.core.$ZodIssue, base: string): FieldError[] {
  const path = base + issue.path.map((part) => `/${escaped(String(part))}`).join('');
  if (issue.code === 'unrecognized_keys') {
    const details = issue.message.split('\n');
    return issue.keys.slice(0, maxErrors).map((key, place) => ({
      path: `${path}/${escaped(key)}`,
      detail: details[place] ?? 'is not known',
    }));
  }
  const meant = issue.code === 'invalid_union' ? branchMeant(issue) : undefined;
  if (meant) return meant.flatMap((inner) => fieldErrors(inner, path));
  if (issue.code === 'invalid_key')
    return [{ path, detail: `as a name ${issue.issues[0]?.message ?? 'is not valid'}` }];
  return [{ path, detail: issue.message }];
}

/** Of several forms the one that the value has: what is wrong in it helps more than a list of all of them. */
const branchMeant = ({ errors }: Extract<z.core.$ZodIssue, { code: 'invalid_union' }>) =>
  errors.find((issues) => issues.some(({ code, path }) => path.length > 0 || code === 'unrecognized_keys'));

const escaped = (part: string) => part.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
