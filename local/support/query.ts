import { AwsError } from './service.ts';
import { escapeXml } from './wire.ts';

const deepest = 16;
const longestList = 1000;

type Node = Map<string, Node | string>;

/**
 * A form of the query protocol as the input that the JSON protocols would carry: `A.member.1.B` becomes
 * `{ A: [{ B }] }`. Values stay strings; lists are in the order of their numbers. Throws
 * `MalformedQueryString` for names that contradict each other or go too deep.
 */
export function inputOfForm(params: Readonly<Record<string, string>>): Record<string, unknown> {
  const root: Node = new Map();
  for (const [name, value] of Object.entries(params)) put(root, name.split('.'), value);
  return structureOf(root);
}

function put(root: Node, path: readonly string[], value: string): void {
  if (path.length > deepest) throw malformed();
  let node = root;
  for (const part of path.slice(0, -1)) {
    const next = node.get(part) ?? new Map<string, Node | string>();
    // `A=` is how the protocol writes an empty list, and says nothing where the list has members.
    if (typeof next === 'string' && next !== '') throw malformed();
    const inner: Node = typeof next === 'string' ? new Map() : next;
    node.set(part, inner);
    node = inner;
  }
  const last = path.at(-1)!;
  if (node.get(last) instanceof Map) return;
  node.set(last, value);
}

function structureOf(node: Node): Record<string, unknown> {
  return Object.fromEntries([...node].map(([name, value]) => [name, readNode(value)]));
}

function readNode(node: Node | string): unknown {
  if (typeof node === 'string') return node;
  const members = node.get('member');
  if (node.size !== 1 || !(members instanceof Map)) return structureOf(node);
  const numbered = [...members].map(([number, value]) => [Number(number), value] as const);
  if (numbered.length > longestList || numbered.some(([number]) => !Number.isSafeInteger(number)))
    throw malformed();
  return numbered.sort(([a], [b]) => a - b).map(([, value]) => readNode(value));
}

function malformed(): AwsError {
  return new AwsError('MalformedQueryString', 'The query string contains a syntax error.');
}

/** An output of the query protocol: structures are elements, lists `<member>`s, moments ISO 8601. */
export function xmlOfOutput(action: string, namespace: string, output: unknown, requestId: string): string {
  const result = output === undefined ? '' : `<${action}Result>${xmlOf(output)}</${action}Result>`;
  return (
    `<${action}Response xmlns="${namespace}">${result}` +
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`
  );
}

function xmlOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => `<member>${xmlOf(one)}</member>`).join('');
  if (typeof value !== 'object' || value === null || isScalar(value)) return escapeXml(String(value));
  return Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .map(([name, one]) => `<${name}>${xmlOf(one)}</${name}>`)
    .join('');
}

/** A class of values with a text of its own, as a moment is. */
function isScalar(value: object): boolean {
  return Object.getPrototypeOf(value) !== Object.prototype;
}
