import { listenerOfDefaultRule } from './api/rules.ts';
import type { Listener, Rule, Tables, WeightedGroup } from './model.ts';
import type { Pool } from './pool.ts';
import type { RoutesPublisher } from './routes.ts';

/** The weights of forward actions, as ECS shifts them; a listener's ARN stands for its default rule. */
export interface RuleWeights {
  /** Undefined when there is no such rule, or when it does not forward. */
  weights(ruleArn: string): readonly WeightedGroup[] | undefined;
  /**
   * Holds from the next request on. Groups that the rule has not are added, with those not named left as they are;
   * a rule that is not there, or does not forward, is left alone.
   */
  setWeights(ruleArn: string, weights: readonly WeightedGroup[]): void;
}

export function createRuleWeights(tables: Tables, pool: Pool, routes: RoutesPublisher): RuleWeights {
  const find = (ruleArn: string): Rule | Listener | undefined =>
    tables.rules.get(ruleArn) ?? tables.listeners.get(ruleArn) ?? listenerOfDefaultRule(tables, ruleArn);
  return {
    weights(ruleArn) {
      const action = find(ruleArn)?.action;
      return action?.type === 'forward' ? action.groups : undefined;
    },
    setWeights(ruleArn, weights) {
      const found = find(ruleArn);
      if (found?.action.type !== 'forward') return;
      const groups = merged(found.action.groups, weights);
      const changed = { ...found, action: { ...found.action, groups } };
      if ('priority' in changed) tables.rules.put(changed.arn, changed);
      else tables.listeners.put(changed.arn, changed);
      pool.refresh();
      routes.changed();
    },
  };
}

function merged(before: readonly WeightedGroup[], weights: readonly WeightedGroup[]): WeightedGroup[] {
  const named = new Map(weights.map(({ targetGroupArn, weight }) => [targetGroupArn, weight]));
  const kept = before.map((group) => ({ ...group, weight: named.get(group.targetGroupArn) ?? group.weight }));
  const known = new Set(before.map(({ targetGroupArn }) => targetGroupArn));
  const added = weights.filter(({ targetGroupArn }) => !known.has(targetGroupArn));
  return [...kept, ...added.map(({ targetGroupArn, weight }) => ({ targetGroupArn, weight }))];
}
