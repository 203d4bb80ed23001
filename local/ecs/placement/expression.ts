/**
 * The cluster query language: `attribute:ecs.instance-type =~ t3.* and not(task:group == service:web)`.
 *
 *     expression  = conjunction { ("or" | "||") conjunction }
 *     conjunction = term { ("and" | "&&") term }
 *     term        = ("not" | "!") term | "(" expression ")" | comparison
 *     comparison  = subject operator [ argument | "[" argument { "," argument } "]" ]
 */
export type Expression =
  | { readonly kind: 'or' | 'and'; readonly terms: readonly Expression[] }
  | { readonly kind: 'not'; readonly term: Expression }
  | {
      readonly kind: 'comparison';
      readonly subject: string;
      readonly operator: Operator;
      readonly argument: readonly string[];
    };

const operators = {
  '==': 'equals',
  equals: 'equals',
  '!=': 'not_equals',
  not_equals: 'not_equals',
  '>': 'greater_than',
  greater_than: 'greater_than',
  '>=': 'greater_than_equal',
  greater_than_equal: 'greater_than_equal',
  '<': 'less_than',
  less_than: 'less_than',
  '<=': 'less_than_equal',
  less_than_equal: 'less_than_equal',
  exists: 'exists',
  '!exists': 'not_exists',
  not_exists: 'not_exists',
  in: 'in',
  '!in': 'not_in',
  not_in: 'not_in',
  '=~': 'matches',
  matches: 'matches',
  '!~': 'not_matches',
  not_matches: 'not_matches',
} as const;

export type Operator = (typeof operators)[keyof typeof operators];

/** What is wrong with an expression, for people. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

const plainSubjects = new Set([
  'agentConnected',
  'agentVersion',
  'ec2InstanceId',
  'registeredAt',
  'runningTasksCount',
]);
const lengthCeiling = 2000;
const depthCeiling = 50;

const tokenPattern =
  /\s*(?:"([^"]*)"|(&&|\|\||==|!=|>=|<=|=~|!~|!exists\b|!in\b|[()[\],<>!])|((?:[^\s()[\],"<>=!&|]|&(?!&)|\|(?!\|)|=(?![=~]))+))/y;

interface Token {
  readonly text: string;
  readonly isWord: boolean;
}

/** Reads an expression; throws an `ExpressionError`. */
export function parseExpression(text: string): Expression {
  if (text.length > lengthCeiling) throw new ExpressionError(`longer than ${lengthCeiling} characters`);
  const reader = new Reader(tokensOf(text));
  const expression = reader.expression(0);
  reader.end();
  return expression;
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < trimmed.length) {
    const at = tokenPattern.lastIndex;
    const found = tokenPattern.exec(trimmed);
    if (!found) throw new ExpressionError(`not understood at ${JSON.stringify(trimmed.slice(at, at + 20))}`);
    const [, quoted, symbol, word] = found;
    const token = { text: quoted ?? symbol ?? word ?? '', isWord: symbol === undefined };
    tokens.push(token);
    if (!/^(=~|!~|matches|not_matches)$/.test(token.text)) continue;
    const pattern = patternAt(trimmed, tokenPattern.lastIndex);
    tokens.push({ text: pattern.text, isWord: true });
    tokenPattern.lastIndex = pattern.end;
  }
  return tokens;
}

/** A regular expression ends at a space, or at a parenthesis that it has not opened itself; or it is quoted. */
function patternAt(text: string, from: number): { readonly text: string; readonly end: number } {
  const start = from + (text.slice(from).length - text.slice(from).trimStart().length);
  const quoted = /^"([^"]*)"/.exec(text.slice(start));
  if (quoted) return { text: quoted[1] ?? '', end: start + quoted[0].length };
  let depth = 0;
  let end = start;
  for (; end < text.length && !/\s/.test(text[end] ?? ''); end += 1) {
    if (text[end] === '(') depth += 1;
    else if (text[end] === ')' && --depth < 0) break;
  }
  if (end === start) throw new ExpressionError('a regular expression is missing');
  return { text: text.slice(start, end), end };
}

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  expression(depth: number): Expression {
    return this.#chain('or', ['or', '||'], () => this.#chain('and', ['and', '&&'], () => this.#term(depth)));
  }

  end(): void {
    const left = this.#tokens[this.#at];
    if (left) throw new ExpressionError(`unexpected ${JSON.stringify(left.text)}`);
  }

  #chain(kind: 'or' | 'and', words: readonly string[], next: () => Expression): Expression {
    const terms = [next()];
    while (words.includes(this.#tokens[this.#at]?.text ?? '')) {
      this.#at += 1;
      terms.push(next());
    }
    const [only] = terms;
    return terms.length === 1 && only ? only : { kind, terms };
  }

  #term(depth: number): Expression {
    if (depth > depthCeiling) throw new ExpressionError(`nested more than ${depthCeiling} times`);
    if (this.#accept('not') || this.#accept('!')) return { kind: 'not', term: this.#term(depth + 1) };
    if (!this.#accept('(')) return this.#comparison();
    const inner = this.expression(depth + 1);
    this.#expect(')');
    return inner;
  }

  #comparison(): Expression {
    const subject = this.#word('a subject');
    if (!plainSubjects.has(subject) && !/^(attribute:.+|task:group)$/.test(subject)) {
      throw new ExpressionError(`unknown subject ${JSON.stringify(subject)}`);
    }
    const token = this.#next('an operator').text;
    if (!Object.hasOwn(operators, token)) {
      throw new ExpressionError(`unknown operator ${JSON.stringify(token)}`);
    }
    const operator = operators[token as keyof typeof operators];
    const argument = this.#argument(operator);
    return { kind: 'comparison', subject, operator, argument };
  }

  #argument(operator: Operator): readonly string[] {
    if (operator === 'exists' || operator === 'not_exists') return [];
    if (operator === 'in' || operator === 'not_in') return this.#list();
    const argument = this.#word('a value');
    if (operator === 'matches' || operator === 'not_matches') checkPattern(argument);
    return [argument];
  }

  #list(): readonly string[] {
    this.#expect('[');
    const values = [this.#word('a value')];
    while (this.#accept(',')) values.push(this.#word('a value'));
    this.#expect(']');
    return values;
  }

  #next(wanted: string): Token {
    const token = this.#tokens[this.#at];
    if (!token) throw new ExpressionError(`${wanted} is missing at the end`);
    this.#at += 1;
    return token;
  }

  #word(wanted: string): string {
    const token = this.#next(wanted);
    if (!token.isWord) throw new ExpressionError(`${wanted} is expected, not ${JSON.stringify(token.text)}`);
    return token.text;
  }

  #accept(text: string): boolean {
    if (this.#tokens[this.#at]?.text !== text) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw new ExpressionError(`${JSON.stringify(text)} is expected`);
  }
}

function checkPattern(pattern: string): void {
  try {
    new RegExp(pattern);
  } catch {
    throw new ExpressionError(`${JSON.stringify(pattern)} is no regular expression`);
  }
}
