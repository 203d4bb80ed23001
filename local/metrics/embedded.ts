import { earliestMs, isSound, latestMs } from './limits.ts';
import { keyOfMetric, metricId, type Unit, units } from './model.ts';
import type { Sample } from './store.ts';
import { summaryOf } from './summary.ts';

/** What a log event in embedded metric format gives. */
export interface Embedded {
  readonly samples: readonly Sample[];
  /** `parsing`: its directives have not the format's shape; `validation`: some of what they name cannot be taken. */
  readonly fault?: 'parsing' | 'validation';
}

const mostMetrics = 100;
const mostValues = 100;
const mostDimensions = 30;
const longestName = 1024;

type Fields = Readonly<Record<string, unknown>>;

interface Directive {
  readonly namespace: string;
  readonly dimensionSets: readonly (readonly string[])[];
  readonly metrics: readonly Definition[];
}

interface Definition {
  readonly name: string;
  readonly unit: string;
  readonly resolution: unknown;
}

/** Undefined for an event that is no such document, which is known from its text without reading it as JSON. */
export function embeddedIn(message: string, nowMs: number): Embedded | undefined {
  if (message.charCodeAt(0) !== openingBrace || !message.includes('"_aws"')) return undefined;
  const root = fieldsIn(message);
  const { CloudWatchMetrics: listed, Timestamp: atMs } = fieldsOf(root?._aws) ?? {};
  if (!root || listed === undefined) return undefined;
  const directives = Array.isArray(listed) ? listed.map(directiveOf) : [undefined];
  if (!Number.isInteger(atMs) || !directives.every((one) => one !== undefined))
    return { samples: [], fault: 'parsing' };
  return taken(root, directives, atMs as number, nowMs);
}

const openingBrace = 0x7b;

function fieldsIn(text: string): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= longestName;

/** Undefined for what has not a directive's shape. */
function directiveOf(value: unknown): Directive | undefined {
  const { Namespace, Dimensions, Metrics } = fieldsOf(value) ?? {};
  if (!isName(Namespace) || Namespace.startsWith(':')) return undefined;
  if (!Array.isArray(Dimensions) || Dimensions.length === 0 || !Dimensions.every(isDimensionSet))
    return undefined;
  if (!Array.isArray(Metrics) || Metrics.length > mostMetrics) return undefined;
  const metrics = Metrics.map(definitionOf);
  if (!metrics.every((one) => one !== undefined)) return undefined;
  return { namespace: Namespace, dimensionSets: Dimensions, metrics };
}

const isDimensionSet = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length <= mostDimensions && value.every(isName);

function definitionOf(value: unknown): Definition | undefined {
  const { Name, Unit = 'None', StorageResolution = 60 } = fieldsOf(value) ?? {};
  if (!isName(Name) || typeof Unit !== 'string') return undefined;
  return { name: Name, unit: Unit, resolution: StorageResolution };
}

/** What cannot be taken is left out by itself: a metric without its value, a dimension set without one of its own. */
function taken(root: Fields, directives: readonly Directive[], atMs: number, nowMs: number): Embedded {
  if (atMs < earliestMs(nowMs) || atMs > latestMs(nowMs)) return { samples: [], fault: 'validation' };
  const samples = new Map<string, Sample>();
  let isWhole = true;
  for (const { namespace, dimensionSets, metrics } of directives) {
    const sets = dimensionSets.map((names) => dimensionsIn(root, names));
    for (const { name, unit, resolution } of metrics) {
      const values = valuesIn(root, name);
      const isKnown = isUnit(unit) && (resolution === 1 || resolution === 60);
      for (const dimensions of sets) {
        if (!values || !isKnown || !dimensions) {
          isWhole = false;
          continue;
        }
        const metric = metricId(namespace, name, dimensions);
        const summary = summaryOf(values.map((one) => [one, 1]));
        // The same metric named twice is one value still.
        samples.set(keyOfMetric(metric), { metric, unit, atMs, resolution, summary });
      }
    }
  }
  return { samples: [...samples.values()], ...(!isWhole && { fault: 'validation' }) };
}

const isUnit = (value: string): value is Unit => units.some((one) => one === value);

/** Undefined where one of them has no text on the root. */
function dimensionsIn(root: Fields, names: readonly string[]): Readonly<Record<string, string>> | undefined {
  const values = names.map((name) => ownOf(root, name));
  if (!values.every(isName)) return undefined;
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}

/** One number or an array of numbers on the root; undefined for anything else, and for none. */
function valuesIn(root: Fields, name: string): readonly number[] | undefined {
  const value = ownOf(root, name);
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length === 0 || values.length > mostValues) return undefined;
  return values.every((one): one is number => typeof one === 'number' && isSound(one)) ? values : undefined;
}

const ownOf = (root: Fields, name: string): unknown => (Object.hasOwn(root, name) ? root[name] : undefined);
