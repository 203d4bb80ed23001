import { z } from 'zod';
import { AwsError } from '../support/service.ts';
import { invalid, missing } from './errors.ts';
import { units } from './model.ts';

/** The query protocol carries every value as text. */
const ofText = (read: (text: string) => unknown) => (value: unknown) =>
  typeof value === 'string' ? read(value) : value;

/** NaN and the infinities pass: they are refused where they stand, in words of their own. */
export const number = z.preprocess(
  ofText((text) => (text.trim() === '' ? text : Number(text))),
  z.custom<number>((value) => typeof value === 'number', 'must be a number'),
);
export const integer = z.preprocess(ofText(Number), z.int());
export const boolean = z.preprocess(
  ofText((text) => (text === 'true' ? true : text === 'false' ? false : text)),
  z.boolean(),
);
/** As it comes, epoch seconds or ISO 8601; as it is used, epoch milliseconds. */
export const time = z.preprocess(
  ofText((text) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000)),
  z.number().transform((seconds) => Math.round(seconds * 1000)),
);
const text = (most: number) => z.string().min(1).max(most);
/** A list that a form leaves empty is an empty text there. */
export const list = <T extends z.ZodType>(item: T, most: number) =>
  z.preprocess((value) => (value === '' ? [] : value), z.array(item).max(most));

const printable = /^[^:\p{Cc}][^\p{Cc}]*$/u;
export const namespace = text(255).regex(/^[^:].*$/su, 'must not begin with a colon');
export const metricName = text(255).regex(printable, 'must be printable');
export const dimensions = list(z.object({ Name: text(255), Value: text(1024) }), 30);
export const unit = z.enum(units);
export const statistic = z.enum(['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum']);
export const token = z.string().optional();

const metric = z.object({
  Namespace: namespace.optional(),
  MetricName: metricName.optional(),
  Dimensions: dimensions.default([]),
});

export const dataQueries = list(
  z.object({
    Id: text(255),
    Expression: text(2048).optional(),
    Label: z.string().optional(),
    Period: integer.optional(),
    ReturnData: boolean.optional(),
    AccountId: z.string().optional(),
    MetricStat: z
      .object({ Metric: metric, Period: integer, Stat: z.string(), Unit: unit.optional() })
      .optional(),
  }),
  500,
);

export type DataQuery = z.output<typeof dataQueries>[number];

export type Parsed<T extends z.ZodType> = z.output<T>;

/**
 * An action's input, checked. Throws `MissingRequiredParameterException` for what is not there and
 * `ValidationException` for what is outside its form, both with the member's place.
 */
export function parsed<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const place = placeOf(issue.path);
  if (isMissing(input, issue.path)) throw missing(`The parameter ${place} is required.`);
  if (issue.code === 'invalid_type')
    throw new AwsError('SerializationException', `${place}: ${issue.message}`);
  throw invalid(
    `1 validation error detected: Value at '${place}' failed to satisfy constraint: ${issue.message}`,
  );
}

/** `MetricData.member.1.MetricName`. */
function placeOf(path: readonly PropertyKey[]): string {
  return path.map((part) => (typeof part === 'number' ? `member.${part + 1}` : String(part))).join('.');
}

function isMissing(input: unknown, path: readonly PropertyKey[]): boolean {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return true;
    value = (value as Readonly<Record<PropertyKey, unknown>>)[part];
  }
  return value === undefined || value === null;
}
