import { Document, visit } from 'yaml';
import { statementsOf } from '../../../stacks/policy.ts';
import type { Stage } from '../../../stacks/stages.ts';
import type { Topology } from '../../../stacks/topology.ts';
import type { Resource } from './engine.ts';
import { symbolsOf } from './symbols.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Properties = { readonly [key: string]: Json };

/** Every resource by its type and its name, so that a person can read it, and that only a change changes it. */
export type Manifest = Readonly<Record<string, Readonly<Record<string, Properties>>>>;

/** What SST always says, and says nothing with; and what differs from machine to machine. */
const noise = new Set([
  'contentBasedDeduplication',
  'delaySeconds',
  'description',
  'ephemeralStorage',
  'fifoQueue',
  'packageType',
  'publish',
  'source',
  'streamEnabled',
]);

export function manifestOf(resources: readonly Resource[], stage: Stage): Manifest {
  const symbols = symbolsOf(resources, stage);
  const manifest: Record<string, Record<string, Properties>> = {};
  for (const { type, name, inputs } of resources) {
    const kind = kindOf(type);
    const properties = plain(without(inputs, noise), symbols) as Properties;
    const called =
      typeof properties.name === 'string' && kind !== 'apigatewayv2.Stage' ? properties.name : name;
    if (manifest[kind]?.[called]) throw new Error(`two resources of ${kind} are called ${called}`);
    manifest[kind] = { ...manifest[kind], [called]: properties };
  }
  return sorted(manifest) as Manifest;
}

/** `aws:sqs/queue:Queue` as `sqs.Queue`. */
const kindOf = (type: string): string => {
  const [, service = '', kind = ''] = /^[^:]+:([^/]+)\/[^:]+:(.+)$/.exec(type) ?? [];
  return `${service}.${kind}`;
};

/** The manifest as text, with its reason beside each statement that is about everything. */
export function textOf(manifest: Manifest, topology: Topology, stage: Stage): string {
  const roles = Object.fromEntries(
    Object.entries(manifest['iam.Role'] ?? {}).map(([role, properties]) => {
      const name = role.slice(`berth-${stage.name}-`.length);
      return [role, name in topology.functions ? withReasons(properties, topology, name) : properties];
    }),
  );
  return (
    `# All that \`sst deploy --stage ${stage.name}\` makes. Made by a test: \`npx vitest run --project stacks -u\`\n` +
    `# writes it anew; what changed is for a person to read.\n` +
    yaml({ ...manifest, 'iam.Role': roles })
  );
}

/** Short lists and objects on a line of their own, and what has a name under it without saying it again. */
function yaml(manifest: Readonly<Record<string, Readonly<Record<string, Json>>>>): string {
  const named = Object.entries(manifest).map(([kind, all]) => [
    kind,
    Object.fromEntries(
      Object.entries(all).map(([name, one]) => [
        name,
        (one as Properties).name === name ? without(one as Properties, new Set(['name'])) : one,
      ]),
    ),
  ]);
  const document = new Document(Object.fromEntries(named), { aliasDuplicateObjects: false });
  visit(document, {
    Collection(_, node) {
      const text = JSON.stringify(node);
      node.flow = /^[[{][^[{]*[\]}]$/.test(text) && text.length <= 80;
    },
  });
  return document.toString({ lineWidth: 0 });
}

const without = <Value>(
  properties: Readonly<Record<string, Value>>,
  keys: ReadonlySet<string>,
): Readonly<Record<string, Value>> =>
  Object.fromEntries(Object.entries(properties).filter(([key]) => !keys.has(key)));

export interface PolicyStatement {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

interface InlinePolicy {
  readonly policy: { readonly Statement: readonly PolicyStatement[] };
}

/** The statements of a role's policies. */
export const statementsIn = (role: Properties | undefined): readonly PolicyStatement[] =>
  ((role?.inlinePolicies ?? []) as unknown as readonly InlinePolicy[]).flatMap(
    ({ policy }) => policy.Statement,
  );

function withReasons(role: Properties, topology: Topology, name: string): Json {
  const reasons = new Map(
    statementsOf(topology, name, (symbol) => [symbol]).flatMap(({ actions, because }) =>
      because === undefined ? [] : [[actions.join(), because] as const],
    ),
  );
  const statements = statementsIn(role).map((statement) => {
    const reason = statement.Resource.includes('*') ? reasons.get(statement.Action.join()) : undefined;
    return reason === undefined ? statement : { ...statement, Because: reason };
  });
  return { ...role, inlinePolicies: statements as unknown as Json };
}

/** As JSON that is worth reading: with symbols for ARNs, JSON in strings opened, and without what says nothing. */
function plain(value: unknown, symbols: (text: string) => string): Json {
  if (typeof value === 'string') return opened(value, symbols);
  if (Array.isArray(value)) return value.map((one) => plain(one, symbols));
  if (typeof value !== 'object' || value === null) return value as Json;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined && !isEmpty(one))
      .map(([key, one]) => [key, plain(one, symbols)]),
  );
}

function opened(text: string, symbols: (text: string) => string): Json {
  if (!/^[[{]/.test(text) || text === '{}') return symbols(text);
  return plain(JSON.parse(text), symbols);
}

const isEmpty = (value: unknown) =>
  value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

/** A statement reads as a sentence; other objects say the same in any order. Lists may not. */
const sentence = ['Version', 'Effect', 'Principal', 'Action', 'Resource', 'Condition'];
const placeOf = (key: string) => `${sentence.indexOf(key) + 1}`.padStart(2, '0') + key;

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (placeOf(one) < placeOf(other) ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}
