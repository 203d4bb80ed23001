import type { Expression, Operator } from './expression.ts';

/** What an expression may ask of a container instance. */
export interface Queried {
  readonly agentConnected: boolean;
  readonly agentVersion: string;
  readonly hostId: string;
  /** Epoch milliseconds. */
  readonly registeredAt: number;
  readonly runningTasks: number;
  readonly attributes: ReadonlyMap<string, string | undefined>;
  /** The groups of its tasks. */
  readonly groups: readonly string[];
}

/** Whether `expression` holds for the instance. */
export function holds(expression: Expression, instance: Queried): boolean {
  switch (expression.kind) {
    case 'or':
      return expression.terms.some((term) => holds(term, instance));
    case 'and':
      return expression.terms.every((term) => holds(term, instance));
    case 'not':
      return !holds(expression.term, instance);
    case 'comparison':
      return compares(expression.subject, expression.operator, expression.argument, instance);
  }
}

function compares(
  subject: string,
  operator: Operator,
  argument: readonly string[],
  instance: Queried,
): boolean {
  if (subject === 'task:group') return comparesAny(operator, argument, instance.groups);
  if (subject === 'registeredAt') return compareMoment(operator, argument[0] ?? '', instance.registeredAt);
  const attribute = subject.startsWith('attribute:') ? subject.slice('attribute:'.length) : undefined;
  if (attribute === undefined) return comparesValue(operator, argument, fieldOf(subject, instance));
  if (operator === 'exists') return instance.attributes.has(attribute);
  if (operator === 'not_exists') return !instance.attributes.has(attribute);
  return comparesValue(operator, argument, instance.attributes.get(attribute));
}

function fieldOf(subject: string, instance: Queried): string {
  if (subject === 'agentConnected') return String(instance.agentConnected);
  if (subject === 'agentVersion') return instance.agentVersion;
  if (subject === 'runningTasksCount') return String(instance.runningTasks);
  return instance.hostId;
}

const opposites: Partial<Record<Operator, Operator>> = {
  not_equals: 'equals',
  not_in: 'in',
  not_matches: 'matches',
  not_exists: 'exists',
};

/** A negated operator holds where the plain one holds for none: an instance without tasks has no group at all. */
function comparesAny(operator: Operator, argument: readonly string[], values: readonly string[]): boolean {
  const plain = opposites[operator];
  if (plain) return !comparesAny(plain, argument, values);
  if (operator === 'exists') return values.length > 0;
  return values.some((value) => comparesValue(operator, argument, value));
}

function comparesValue(operator: Operator, argument: readonly string[], value: string | undefined): boolean {
  const plain = opposites[operator];
  if (plain) return !comparesValue(plain, argument, value);
  if (value === undefined) return false;
  const [first = ''] = argument;
  switch (operator) {
    case 'equals':
      return value === first;
    case 'in':
      return argument.includes(value);
    case 'matches':
      return new RegExp(`^(?:${first})$`).test(value);
    case 'greater_than':
      return order(value, first) > 0;
    case 'greater_than_equal':
      return order(value, first) >= 0;
    case 'less_than':
      return order(value, first) < 0;
    case 'less_than_equal':
      return order(value, first) <= 0;
    default:
      return true;
  }
}

/** Versions and numbers part by part as numbers, the rest as text: 1.9.0 comes before 1.10.0. */
function order(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}

/** `2018-06-18T22:28:28Z` and its shorter forms down to the year, as UTC. */
function compareMoment(operator: Operator, argument: string, registeredAt: number): boolean {
  const moment = Date.parse(completed(argument));
  if (Number.isNaN(moment)) return false;
  const seconds = Math.floor(registeredAt / 1000) - Math.floor(moment / 1000);
  switch (operator) {
    case 'equals':
      return seconds === 0;
    case 'not_equals':
      return seconds !== 0;
    case 'greater_than':
      return seconds > 0;
    case 'greater_than_equal':
      return seconds >= 0;
    case 'less_than':
      return seconds < 0;
    case 'less_than_equal':
      return seconds <= 0;
    default:
      return false;
  }
}

function completed(text: string): string {
  if (/^\d{4}(-\d\d){0,2}$/.test(text)) return text;
  if (/T\d\d$/.test(text)) return `${text}:00Z`;
  return /(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`;
}
