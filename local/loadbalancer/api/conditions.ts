import { isIP } from 'node:net';
import { z } from 'zod';
import type { Condition } from '../model.ts';
import { invalid, listOf } from './input.ts';

const pattern = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII');
const noExpressions = z
  .unknown()
  .refine((given) => given === undefined, 'Local AWS has no regular expressions in conditions')
  .optional();
const values = z.object({ Values: listOf(pattern, 5).optional(), RegexValues: noExpressions }).optional();

/** As the API has it: `Values` stands for the one of hosts and paths. */
export const conditionInput = z.object({
  Field: z.enum(
    ['host-header', 'path-pattern', 'http-header', 'http-request-method', 'query-string', 'source-ip'],
    'must be host-header, path-pattern, http-header, http-request-method, query-string or source-ip',
  ),
  Values: listOf(pattern, 5).optional(),
  RegexValues: noExpressions,
  HostHeaderConfig: values,
  PathPatternConfig: values,
  HttpRequestMethodConfig: values,
  SourceIpConfig: values,
  HttpHeaderConfig: z
    .object({
      HttpHeaderName: z
        .string()
        .max(40)
        .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/),
      Values: listOf(pattern, 5).default([]),
      RegexValues: noExpressions,
    })
    .optional(),
  QueryStringConfig: z
    .object({ Values: listOf(z.object({ Key: pattern.optional(), Value: pattern }), 5) })
    .optional(),
});

type ConditionInput = z.output<typeof conditionInput>;

const mostValues = 5;
const mostWildcards = 6;

/** Throws a ValidationError for conditions that ALB would not take together. */
export function conditionsOf(inputs: readonly ConditionInput[]): Condition[] {
  const conditions = inputs.map(conditionOf);
  for (const field of ['host-header', 'path-pattern', 'http-request-method', 'source-ip'] as const) {
    if (conditions.filter((one) => one.field === field).length > 1) {
      throw invalid(`A rule can only have one '${field}' condition`);
    }
  }
  const all = conditions.flatMap(textsOf);
  if (conditions.flatMap(countedOf).length > mostValues) {
    throw invalid(`A rule can only have '${mostValues}' condition values`);
  }
  if (all.join('').replace(/[^*?]/g, '').length > mostWildcards) {
    throw invalid(`A rule can only have '${mostWildcards}' condition wildcards`);
  }
  return conditions;
}

function conditionOf(input: ConditionInput): Condition {
  const field = input.Field;
  switch (field) {
    case 'http-header': {
      const { HttpHeaderName: name, Values = [] } = input.HttpHeaderConfig ?? {};
      if (name === undefined) throw invalid('A condition on http-header needs HttpHeaderConfig');
      return { field, name, values: someOf(field, Values) };
    }
    case 'query-string': {
      const pairs = (input.QueryStringConfig?.Values ?? []).map(({ Key, Value }) => ({
        ...(Key === undefined ? {} : { key: Key }),
        value: Value,
      }));
      return { field, pairs: someOf(field, pairs) };
    }
    case 'host-header':
      return { field, values: someOf(field, input.HostHeaderConfig?.Values ?? input.Values) };
    case 'path-pattern':
      return { field, values: someOf(field, input.PathPatternConfig?.Values ?? input.Values) };
    case 'http-request-method':
      return { field, values: someOf(field, input.HttpRequestMethodConfig?.Values).map(checkedMethod) };
    case 'source-ip':
      return { field, values: someOf(field, input.SourceIpConfig?.Values).map(checkedRange) };
  }
}

function someOf<T>(field: string, given: readonly T[] | undefined): readonly T[] {
  if (!given || given.length === 0) throw invalid(`A condition value must be specified for '${field}'`);
  return given;
}

function checkedMethod(method: string): string {
  if (/^[A-Z_-]{1,40}$/.test(method)) return method;
  throw invalid(`The HTTP method '${method}' must be A-Z, hyphen or underscore, at most 40 characters`);
}

function checkedRange(range: string): string {
  const [address = '', bits = ''] = range.split('/');
  const width = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : -1;
  if (/^\d{1,3}$/.test(bits) && Number(bits) <= width) return range;
  throw invalid(`The CIDR block '${range}' is not valid`);
}

function textsOf(condition: Condition): readonly string[] {
  return condition.field === 'query-string'
    ? condition.pairs.flatMap(({ key = '', value }) => [key, value])
    : condition.values;
}

function countedOf(condition: Condition): readonly unknown[] {
  return condition.field === 'query-string' ? condition.pairs : condition.values;
}
