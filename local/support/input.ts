import type { z } from 'zod';
import { AwsError } from './service.ts';

/**
 * Parses an action's input. A member of a wrong type is a `SerializationException`, as at AWS, where the
 * protocol layer refuses it; anything else that is wrong with it is a `code` of the service.
 */
export function parseInput<T extends z.ZodType>(schema: T, input: unknown, code: string): z.output<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const path = issue.path.map(String).join('.') || 'The input';
  const wrongType = issue.code === 'invalid_type' && !issue.message.includes('received undefined');
  throw new AwsError(wrongType ? 'SerializationException' : code, `${path}: ${issue.message}`);
}
