import { randomUUID } from 'node:crypto';
import { XMLBuilder } from 'fast-xml-parser';

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' });
const namespace = 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/';

/** The answer to `action` in the query protocol: arrays become `<member>`s, dates ISO 8601. */
export function answerXml(action: string, result: object): string {
  return builder.build({
    [`${action}Response`]: {
      '@xmlns': namespace,
      [`${action}Result`]: written(result),
      ResponseMetadata: { RequestId: randomUUID() },
    },
  });
}

function written(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return { member: value.map(written) };
  if (typeof value !== 'object' || value === null) return value;
  const present = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(present.map(([name, inner]) => [name, written(inner)]));
}
