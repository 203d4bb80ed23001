import { isObject } from '../support/values.ts';
import { invalid } from './pattern-error.ts';
import { leafTest } from './pattern-leaf.ts';

/** Says whether an event matches. */
export type EventTest = (event: unknown) => boolean;

const maximumCharacters = 4096;
const maximumDepth = 32;

/**
 * Compiles an EventBridge event pattern: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 * Throws InvalidEventPatternException with the reason.
 */
export function compilePattern(text: string): EventTest {
  if (text.length > maximumCharacters) throw invalid(`a pattern has at most ${maximumCharacters} characters`);
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch {
    throw invalid('it is not JSON');
  }
  return objectTest(pattern, 'the pattern', 0);
}

function objectTest(pattern: unknown, path: string, depth: number): EventTest {
  if (!isObject(pattern)) throw invalid(`${path} must be an object`);
  if (depth > maximumDepth) throw invalid(`it is nested more than ${maximumDepth} levels deep`);
  const fields = Object.entries(pattern);
  if (fields.length === 0) throw invalid(`${path} is empty`);
  const tests = fields.map(([key, value]) => fieldTest(key, value, path, depth));
  return (event) => tests.every((test) => test(event));
}

function fieldTest(key: string, value: unknown, path: string, depth: number): EventTest {
  if (key === '$or' && Array.isArray(value) && value.every(isObject)) return orTest(value, path, depth);
  const inner = path === 'the pattern' ? key : `${path}.${key}`;
  if (Array.isArray(value)) {
    const test = leafTest(value, inner);
    return (event) => test(member(event, key));
  }
  if (!isObject(value)) throw invalid(`"${inner}" must be an object or an array`);
  const test = objectTest(value, inner, depth + 1);
  return (event) => {
    const nested = member(event, key);
    return Array.isArray(nested) ? nested.some(test) : test(nested);
  };
}

function orTest(alternatives: readonly unknown[], path: string, depth: number): EventTest {
  if (alternatives.length < 2) throw invalid('"$or" needs at least two alternatives');
  const tests = alternatives.map((one) => objectTest(one, `${path}.$or`, depth + 1));
  return (event) => tests.some((test) => test(event));
}

function member(event: unknown, key: string): unknown {
  return isObject(event) && Object.hasOwn(event, key) ? event[key] : undefined;
}
