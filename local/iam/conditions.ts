import type { StatementCondition } from '../../stacks/policy.ts';
import type { Need } from './calls/call.ts';
import { globMatcher, type Matcher } from './glob.ts';

export type Condition = (context: Need['context']) => boolean;

type Operator = (value: string) => Matcher;

const exact: Operator = (value) => (text) => text === value;

/** ARN operators take wildcards, `ArnEquals` as well as `ArnLike`. */
const operators: Readonly<Record<string, Operator>> = {
  StringEquals: exact,
  StringLike: globMatcher,
  ArnEquals: globMatcher,
  ArnLike: globMatcher,
};

/** A condition holds where its key is in the request and has one of the values. Throws for an unknown operator. */
export function conditionOf({ test, variable, values }: StatementCondition<string>): Condition {
  const operator = operators[test];
  if (!operator) throw new Error(`Local AWS does not know the condition operator ${test}`);
  const matchers = values.map(operator);
  return (context) => {
    const value = context[variable];
    return value !== undefined && matchers.some((matches) => matches(value));
  };
}
