import { invalid } from '../errors.ts';

/** A parsed metric math expression. */
export type Expression =
  | { readonly is: 'number'; readonly value: number }
  | { readonly is: 'text'; readonly value: string }
  | { readonly is: 'reference'; readonly id: string }
  | { readonly is: 'list'; readonly items: readonly Expression[] }
  | { readonly is: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly is: 'negation'; readonly of: Expression }
  | {
      readonly is: 'operation';
      readonly sign: Sign;
      readonly left: Expression;
      readonly right: Expression;
    };

export type Sign = keyof typeof precedences;

/** The weakest first. `^` binds to the right. */
const precedences = {
  OR: 1,
  '||': 1,
  AND: 2,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '^': 6,
} as const;

const unaryPrecedence = 5.5;
const deepest = 50;
const token =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\.\d+)|"([^"]*)"|'([^']*)'|([A-Za-z_]\w*)|(==|!=|<=|>=|&&|\|\||[-+*/^<>()[\],]))/y;

type Token =
  | { readonly is: 'number' | 'text' | 'word' | 'sign'; readonly text: string }
  | { readonly is: 'end'; readonly text: '' };

/** Parses an expression; throws `ValidationException` that says what is wrong with it. */
export function parseExpression(text: string): Expression {
  const parser = new Parser(tokensOf(text), text);
  return parser.whole();
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (text.slice(token.lastIndex).trim() !== '') {
    const at = token.lastIndex;
    const found = token.exec(text);
    if (!found) throw wrong(text, `"${text.slice(at).trim()[0]}" is not understood`);
    const [, number, double, single, word, sign] = found;
    if (number !== undefined) tokens.push({ is: 'number', text: number });
    else if (word !== undefined) tokens.push({ is: isOperator(word) ? 'sign' : 'word', text: word });
    else if (sign !== undefined) tokens.push({ is: 'sign', text: sign });
    else tokens.push({ is: 'text', text: double ?? single ?? '' });
  }
  return [...tokens, { is: 'end', text: '' }];
}

const isOperator = (word: string) => word === 'AND' || word === 'OR';

class Parser {
  readonly #tokens: readonly Token[];
  readonly #text: string;
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], text: string) {
    this.#tokens = tokens;
    this.#text = text;
  }

  whole(): Expression {
    const expression = this.#operations(0);
    if (this.#peek().is !== 'end') throw this.#unexpected();
    return expression;
  }

  #operations(weakest: number): Expression {
    if (++this.#depth > deepest) throw wrong(this.#text, 'it is nested too deeply');
    let left = this.#operand();
    for (;;) {
      const sign = this.#peek();
      const precedence = sign.is === 'sign' ? precedenceOf(sign.text) : undefined;
      if (precedence === undefined || precedence < weakest) break;
      this.#next += 1;
      const right = this.#operations(sign.text === '^' ? precedence : precedence + 1);
      left = { is: 'operation', sign: sign.text as Sign, left, right };
    }
    this.#depth -= 1;
    return left;
  }

  #operand(): Expression {
    const { is, text } = this.#take();
    if (is === 'number') return { is: 'number', value: Number(text) };
    if (is === 'text') return { is: 'text', value: text };
    if (is === 'word') return this.#named(text);
    if (text === '-') return { is: 'negation', of: this.#operations(unaryPrecedence) };
    if (text === '+') return this.#operations(unaryPrecedence);
    if (text === '[') return { is: 'list', items: this.#items(']') };
    if (text !== '(') throw this.#unexpected(-1);
    const inner = this.#operations(0);
    this.#expect(')');
    return inner;
  }

  #named(name: string): Expression {
    if (this.#peek().text !== '(') return { is: 'reference', id: name };
    this.#next += 1;
    return { is: 'call', name: name.toUpperCase(), args: this.#items(')') };
  }

  #items(end: string): Expression[] {
    const items: Expression[] = [];
    if (this.#peek().text === end) {
      this.#next += 1;
      return items;
    }
    for (;;) {
      items.push(this.#operations(0));
      if (this.#peek().text !== ',') break;
      this.#next += 1;
    }
    this.#expect(end);
    return items;
  }

  #expect(sign: string): void {
    if (this.#take().text !== sign) throw this.#unexpected(-1);
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { is: 'end', text: '' };
  }

  #take(): Token {
    const taken = this.#peek();
    this.#next += 1;
    return taken;
  }

  #unexpected(offset = 0) {
    const { is, text } = this.#tokens[this.#next + offset] ?? { is: 'end', text: '' };
    return wrong(this.#text, is === 'end' ? 'it ends too early' : `"${text}" is unexpected`);
  }
}

function precedenceOf(text: string): number | undefined {
  return Object.hasOwn(precedences, text) ? precedences[text as Sign] : undefined;
}

function wrong(expression: string, why: string) {
  return invalid(`Error in expression '${expression.slice(0, 200)}': ${why}.`);
}
