import { type Resolve, type Statement, statementsOf } from '../../stacks/policy.ts';
import type { Topology } from '../../stacks/topology.ts';
import type { Need } from './calls/call.ts';
import { type Condition, conditionOf } from './conditions.ts';
import { globMatcher, type Matcher } from './glob.ts';

/** An action that a function may take on what a symbol of the topology stands for. */
export interface Grant {
  readonly action: string;
  /** For example `service`. */
  readonly symbol: string;
  /** How often it has let a call through. */
  uses: number;
  /** What it was needed for last. */
  last?: Need;
}

/** What a function may do, ready to be asked. */
export interface FunctionPolicy {
  readonly grants: readonly Grant[];
  /** The grant that allows this, undefined where none does. */
  grantFor(need: Need): Grant | undefined;
}

/** An ARN pattern that knows what it stands for. */
interface Named {
  readonly symbol: string;
  readonly arn: string;
}

interface Rule {
  readonly grant: Grant;
  readonly matches: Matcher;
  readonly conditions: readonly Condition[];
}

/** Makes a function's policy; the patterns are prepared here, for every call is checked. */
export function functionPolicy(
  topology: Topology,
  functionName: string,
  resolve: Resolve<string>,
): FunctionPolicy {
  const named: Resolve<Named> = (symbol) => resolve(symbol).map((arn) => ({ symbol, arn }));
  const grants = new Map<string, Grant>();
  const rules = new Map<string, Rule[]>();
  const statements = statementsOf(topology, functionName, named);
  for (const [place, statement] of statements.entries()) {
    const conditions = statement.conditions.map((condition) => conditionOf(plain(condition)));
    for (const action of statement.actions) {
      for (const { symbol, arn } of statement.resources) {
        const key = `${place} ${action} ${symbol}`;
        const grant = grants.get(key) ?? { action, symbol, uses: 0 };
        grants.set(key, grant);
        rules.set(action, [...(rules.get(action) ?? []), { grant, matches: globMatcher(arn), conditions }]);
      }
    }
  }
  return {
    grants: [...grants.values()],
    grantFor({ action, resource, context }) {
      const isMet = ({ matches, conditions }: Rule) =>
        matches(resource) && conditions.every((holds) => holds(context));
      return rules.get(action)?.find(isMet)?.grant;
    },
  };
}

function plain({ test, variable, values }: Statement<Named>['conditions'][number]) {
  return { test, variable, values: values.map((value) => (typeof value === 'string' ? value : value.arn)) };
}
