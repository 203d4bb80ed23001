import { invalidParameter } from './errors.ts';

type Test = (json: unknown) => boolean;

const DEEPEST = 20;
const TOKEN =
  /\s*(?:(\$(?:\.[\w-]+|\["[^"]*"\]|\[\d+\])*)|"((?:[^"\\]|\\.)*)"|(&&|\|\||!=|<=|>=|[{}()=<>])|([^\s(){}=<>!&|"]+))/y;

type Token =
  | { readonly is: 'selector' | 'text' | 'sign' | 'word'; readonly text: string }
  | { readonly is: 'end'; readonly text: '' };

/** Tests messages against `{ $.level = "ERROR" && ($.ms > 100 || $.user IS NULL) }`; what is no JSON does not fit. */
export function jsonFilter(pattern: string): (message: string) => boolean {
  const test = new Parser(tokensOf(pattern)).pattern();
  return (message) => {
    let json: unknown;
    try {
      json = JSON.parse(message);
    } catch {
      return false;
    }
    return typeof json === 'object' && json !== null && test(json);
  };
}

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (pattern.slice(TOKEN.lastIndex).trim() !== '') {
    const found = TOKEN.exec(pattern);
    if (!found) throw wrong();
    const [, selector, text, sign, word] = found;
    if (selector !== undefined) tokens.push({ is: 'selector', text: selector });
    else if (text !== undefined) tokens.push({ is: 'text', text: text.replace(/\\(.)/g, '$1') });
    else if (sign !== undefined) tokens.push({ is: 'sign', text: sign });
    else tokens.push({ is: 'word', text: word! });
  }
  return [...tokens, { is: 'end', text: '' }];
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  pattern(): Test {
    this.#expect('{');
    const test = this.#either();
    this.#expect('}');
    if (this.#take().is !== 'end') throw wrong();
    return test;
  }

  #either(): Test {
    const tests = [this.#all()];
    while (this.#passed('||')) tests.push(this.#all());
    return (json) => tests.some((test) => test(json));
  }

  #all(): Test {
    const tests = [this.#one()];
    while (this.#passed('&&')) tests.push(this.#one());
    return (json) => tests.every((test) => test(json));
  }

  #one(): Test {
    if (this.#passed('(')) {
      if (++this.#depth > DEEPEST) throw wrong();
      const test = this.#either();
      this.#expect(')');
      this.#depth -= 1;
      return test;
    }
    const selector = this.#take();
    if (selector.is !== 'selector') throw wrong();
    const look = lookup(selector.text);
    const operator = this.#take();
    if (operator.is === 'word') return this.#asked(operator.text.toUpperCase(), look);
    const compare = operator.is === 'sign' ? comparisons[operator.text] : undefined;
    const value = this.#take();
    if (!compare || (value.is !== 'text' && value.is !== 'word')) throw wrong();
    if (value.is === 'word' && /^%/.test(value.text))
      throw invalidParameter('Local AWS does not understand regular expressions in filter patterns.');
    return (json) => compare(look(json), value.text, value.is === 'text');
  }

  /** `IS NULL`, `IS TRUE`, `IS FALSE`, `NOT EXISTS`. */
  #asked(word: string, look: (json: unknown) => unknown): Test {
    const what = `${word} ${this.#take().text.toUpperCase()}`;
    const expected = answers.get(what);
    if (!expected) throw wrong();
    return (json) => expected(look(json));
  }

  #passed(sign: string): boolean {
    const found = this.#tokens[this.#next];
    if (found?.is !== 'sign' || found.text !== sign) return false;
    this.#next += 1;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#passed(sign)) throw wrong();
  }

  #take(): Token {
    return this.#tokens[this.#next++] ?? { is: 'end', text: '' };
  }
}

const answers = new Map<string, (value: unknown) => boolean>([
  ['IS NULL', (value) => value === null],
  ['IS TRUE', (value) => value === true],
  ['IS FALSE', (value) => value === false],
  ['NOT EXISTS', (value) => value === undefined],
]);

type Comparison = (found: unknown, wanted: string, quoted: boolean) => boolean;

const ordered =
  (holds: (found: number, wanted: number) => boolean): Comparison =>
  (found, wanted) =>
    typeof found === 'number' && holds(found, Number(wanted));

const comparisons: Readonly<Record<string, Comparison>> = {
  '=': equals,
  '!=': (found, wanted, quoted) => found !== undefined && !equals(found, wanted, quoted),
  '<': ordered((found, wanted) => found < wanted),
  '<=': ordered((found, wanted) => found <= wanted),
  '>': ordered((found, wanted) => found > wanted),
  '>=': ordered((found, wanted) => found >= wanted),
};

/** `*` in the text that is wanted stands for anything. */
function equals(found: unknown, wanted: string, quoted: boolean): boolean {
  if (typeof found === 'number') return !quoted && wanted !== '' && found === Number(wanted);
  if (typeof found !== 'string') return false;
  const [first = '', ...rest] = wanted.split('*');
  if (rest.length === 0) return found === wanted;
  const last = rest.pop() ?? '';
  if (!found.startsWith(first) || !found.endsWith(last) || found.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of rest) {
    const next = found.indexOf(part, at);
    if (next < 0 || next + part.length > found.length - last.length) return false;
    at = next + part.length;
  }
  return true;
}

/** Finds what `$.a.b[0]["c d"]` names. */
function lookup(selector: string): (json: unknown) => unknown {
  const path = [...selector.matchAll(/\.([\w-]+)|\["([^"]*)"\]|\[(\d+)\]/g)].map(
    ([, name, quoted, index]) => name ?? quoted ?? Number(index),
  );
  return (json) => {
    let value = json;
    for (const part of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
      value = (value as Readonly<Record<string | number, unknown>>)[part];
    }
    return value;
  };
}

function wrong() {
  return invalidParameter('Invalid filter pattern');
}
