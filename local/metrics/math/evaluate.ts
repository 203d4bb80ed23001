import { invalid } from '../errors.ts';
import { functions, type Span } from './functions.ts';
import { type Expression, parseExpression, type Sign } from './parse.ts';
import { combined, mapped, type Series, scalar, type Value } from './value.ts';

/** Where an expression finds what it speaks of. */
export interface Scope {
  readonly span: Span;
  /** The value of another query; undefined when there is none of that id. */
  value(id: string): Value | undefined;
  /** All metrics of the request, for `METRICS()`. */
  metrics(): readonly Series[];
}

const truth = (holds: boolean) => (holds ? 1 : 0);

const signs: Readonly<Record<Sign, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '^': (left, right) => left ** right,
  '<': (left, right) => truth(left < right),
  '<=': (left, right) => truth(left <= right),
  '>': (left, right) => truth(left > right),
  '>=': (left, right) => truth(left >= right),
  '==': (left, right) => truth(left === right),
  '!=': (left, right) => truth(left !== right),
  AND: (left, right) => truth(left !== 0 && right !== 0),
  '&&': (left, right) => truth(left !== 0 && right !== 0),
  OR: (left, right) => truth(left !== 0 || right !== 0),
  '||': (left, right) => truth(left !== 0 || right !== 0),
};

/** The series that an expression gives; throws `ValidationException` where it gives none. */
export function evaluateExpression(text: string, scope: Scope): readonly Series[] {
  const value = evaluateValue(text, scope);
  if (value.is === 'series') return [value];
  if (value.is === 'list') return value.items;
  throw wrong(text, 'it must give a time series, not a single value');
}

/** What an expression is worth to another that speaks of it. */
export function evaluateValue(text: string, scope: Scope): Value {
  if (/^\s*SELECT\b/i.test(text)) throw wrong(text, 'Local AWS has no Metrics Insights queries');
  const evaluate = (expression: Expression): Value => {
    switch (expression.is) {
      case 'number':
        return scalar(expression.value);
      case 'text':
        return { is: 'text', value: expression.value };
      case 'reference':
        return referenced(expression.id);
      case 'list':
        return { is: 'list', items: expression.items.map(evaluate).flatMap(seriesIn) };
      case 'negation':
        return mapped(evaluate(expression.of), (value) => -value);
      case 'operation': {
        const { sign, left, right } = expression;
        const value = combined(evaluate(left), evaluate(right), signs[sign]);
        if (!value) throw wrong(text, `the operands of ${sign} do not go together`);
        return value;
      }
      case 'call':
        return called(expression.name, expression.args);
    }
  };
  const referenced = (id: string): Value => {
    if (id === 'REPEAT' || id === 'LINEAR') return { is: 'text', value: id };
    const value = scope.value(id);
    if (!value) throw wrong(text, `there is no query with the id ${id}`);
    return value;
  };
  const seriesIn = (value: Value): readonly Series[] => {
    if (value.is === 'series') return [value];
    if (value.is === 'list') return value.items;
    throw wrong(text, 'a list holds time series only');
  };
  const called = (name: string, args: readonly Expression[]): Value => {
    if (name === 'METRICS' && args.length === 0) return { is: 'list', items: scope.metrics() };
    if (!Object.hasOwn(functions, name)) throw wrong(text, `Local AWS has no function ${name}`);
    const value = functions[name]!(args.map(evaluate), scope.span);
    if (!value) throw wrong(text, `${name} does not take these arguments`);
    return value;
  };
  return evaluate(parseExpression(text));
}

function wrong(expression: string, why: string) {
  return invalid(`Error in expression '${expression.slice(0, 200)}': ${why}.`);
}
