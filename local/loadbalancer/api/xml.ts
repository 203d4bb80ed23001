import { randomUUID } from 'node:crypto';
import { escapeXml } from '../../support/wire.ts';

const namespace = 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/';

/** The answer to `action` in the query protocol: arrays become `<member>`s, dates ISO 8601. */
export function answerXml(action: string, result: object): string {
  const metadata = element('ResponseMetadata', { RequestId: randomUUID() });
  return `<${action}Response xmlns="${namespace}">${element(`${action}Result`, result)}${metadata}</${action}Response>`;
}

function element(name: string, value: unknown): string {
  return value === undefined ? '' : `<${name}>${content(value)}</${name}>`;
}

function content(value: unknown): string {
  if (value === null) return '';
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => element('member', item)).join('');
  if (typeof value !== 'object') return escapeXml(String(value));
  return Object.entries(value)
    .map(([name, inner]) => element(name, inner))
    .join('');
}
