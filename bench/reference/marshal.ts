import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** A JSON value as DynamoDB's attribute, nested as it is, as AWS's document clients write it. */
export function marshalled(value: unknown): AttributeValue {
  if (value === null || value === undefined) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(marshalled) };
  return { M: fieldsOf(value) };
}

export function fieldsOf(value: object): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, marshalled(field)]));
}
