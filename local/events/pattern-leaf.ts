import { BlockList, isIP } from 'node:net';
import { invalid } from './pattern-error.ts';

/** Says whether one value of an event matches; `undefined` stands for a member that is not there. */
type ValueTest = (value: unknown) => boolean;

type Literal = string | number | boolean | null;

/** The test of a pattern's leaf: any of its alternatives on the value, or on any element where it is an array. */
export function leafTest(alternatives: readonly unknown[], path: string): ValueTest {
  if (alternatives.length === 0) throw invalid(`"${path}" is an empty array`);
  const tests = alternatives.map((one) => alternativeTest(one, path));
  return (value) => {
    if (!Array.isArray(value)) return tests.some((test) => test(value));
    return value.some((element) => tests.some((test) => test(element)));
  };
}

function alternativeTest(alternative: unknown, path: string): ValueTest {
  if (isLiteral(alternative)) return (value) => value === alternative;
  const [name, operand] = onlyMember(alternative, path);
  const matcher = Object.hasOwn(matchers, name) ? matchers[name] : undefined;
  if (!matcher) throw invalid(`"${path}" has the unknown match type "${name}"`);
  return matcher(operand, path);
}

const matchers: Readonly<Record<string, (operand: unknown, path: string) => ValueTest>> = {
  prefix: (operand, path) => affixTest(operand, path, (text, affix) => text.startsWith(affix)),
  suffix: (operand, path) => affixTest(operand, path, (text, affix) => text.endsWith(affix)),
  'equals-ignore-case': (operand, path) => {
    const wanted = string(operand, path).toLowerCase();
    return onString((text) => text.toLowerCase() === wanted);
  },
  wildcard: (operand, path) => wildcardTest(string(operand, path), path),
  numeric: numericTest,
  exists: (operand, path) => {
    if (typeof operand !== 'boolean') throw invalid(`"exists" of "${path}" must be true or false`);
    return (value) => isLiteral(value) === operand;
  },
  'anything-but': anythingButTest,
  cidr: cidrTest,
};

function anythingButTest(operand: unknown, path: string): ValueTest {
  const present =
    (test: ValueTest): ValueTest =>
    (value) =>
      isLiteral(value) && !test(value);
  if (isLiteral(operand)) return present((value) => value === operand);
  if (Array.isArray(operand)) {
    if (operand.length === 0 || !operand.every(isLiteral)) {
      throw invalid(`"anything-but" of "${path}" must be a value or a list of values`);
    }
    const refused = new Set<unknown>(operand);
    return present((value) => refused.has(value));
  }
  const [name, inner] = onlyMember(operand, path);
  const matcher = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(name)
    ? matchers[name]
    : undefined;
  if (!matcher) throw invalid(`"anything-but" of "${path}" cannot contain "${name}"`);
  const tests = (Array.isArray(inner) ? inner : [inner]).map((one: unknown) => matcher(one, path));
  if (tests.length === 0) throw invalid(`"anything-but" of "${path}" has an empty list`);
  return present((value) => tests.some((test) => test(value)));
}

function affixTest(
  operand: unknown,
  path: string,
  matches: (text: string, affix: string) => boolean,
): ValueTest {
  if (typeof operand === 'string') return onString((text) => matches(text, operand));
  const [name, inner] = onlyMember(operand, path);
  if (name !== 'equals-ignore-case') throw invalid(`"${path}" has an affix that is not a string`);
  const affix = string(inner, path).toLowerCase();
  return onString((text) => matches(text.toLowerCase(), affix));
}

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** `["=", n]`, `[">", n]` or a range, `[">=", n, "<", m]`. */
function numericTest(operand: unknown, path: string): ValueTest {
  const parts: readonly unknown[] = Array.isArray(operand) ? operand : [];
  if (parts.length !== 2 && parts.length !== 4) throw invalid(`"numeric" of "${path}" has 2 or 4 elements`);
  const tests: ((value: number) => boolean)[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const compare = comparisons[String(parts[index])];
    const bound = parts[index + 1];
    if (!compare || typeof bound !== 'number')
      throw invalid(`"numeric" of "${path}" has an unknown comparison`);
    tests.push((value: number) => compare(value, bound));
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

/** `*` stands for any characters, `\*` and `\\` for themselves. Linear in the text, whatever the pattern. */
function wildcardTest(pattern: string, path: string): ValueTest {
  if (/(?<!\\)(\\\\)*\*\*/.test(pattern)) throw invalid(`"wildcard" of "${path}" has two * in a row`);
  const pieces = [''];
  for (let index = 0; index < pattern.length; index += 1) {
    const sign = pattern[index]!;
    if (sign === '*') pieces.push('');
    else pieces[pieces.length - 1] += sign === '\\' ? (pattern[++index] ?? '') : sign;
  }
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  return onString((text) => {
    if (last === undefined) return text === first;
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
      return false;
    let from = first.length;
    for (const piece of rest) {
      const at = text.indexOf(piece, from);
      if (at < 0) return false;
      from = at + piece.length;
    }
    return from <= text.length - last.length;
  });
}

function cidrTest(operand: unknown, path: string): ValueTest {
  const [address = '', bits = ''] = string(operand, path).split('/');
  const family = isIP(address);
  const prefix = Number(bits);
  if (family === 0 || !/^\d+$/.test(bits) || prefix > (family === 4 ? 32 : 128)) {
    throw invalid(`"cidr" of "${path}" is not an address range`);
  }
  const range = new BlockList();
  range.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  return onString((text) => isIP(text) !== 0 && range.check(text, isIP(text) === 4 ? 'ipv4' : 'ipv6'));
}

function onString(test: (text: string) => boolean): ValueTest {
  return (value) => typeof value === 'string' && test(value);
}

function string(operand: unknown, path: string): string {
  if (typeof operand === 'string') return operand;
  throw invalid(`a match of "${path}" must be a string`);
}

function isLiteral(value: unknown): value is Literal {
  return (
    value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  );
}

function onlyMember(operand: unknown, path: string): [name: string, value: unknown] {
  const members =
    typeof operand === 'object' && operand !== null && !Array.isArray(operand) ? Object.entries(operand) : [];
  const [first] = members;
  if (!first || members.length > 1)
    throw invalid(`"${path}" must hold values or objects with one match type each`);
  return first;
}
