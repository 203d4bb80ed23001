import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../../support/service.ts';
import { type Listener, type Rule, rulesOf, type Tables } from '../model.ts';
import { actionOf, actionsInput } from './actions.ts';
import { conditionInput, conditionsOf } from './conditions.ts';
import { action, type Context, listenerOf, newId, pageOf, type Run } from './context.ts';
import { arn, invalid, listOf, page, whole } from './input.ts';
import { defaultRuleShape, ruleShape } from './shapes.ts';
import { tagList, tagRecord } from './tags.ts';

const mostRules = 100;
const priority = whole(1, 50_000);
const conditionsInput = listOf(conditionInput, 10);

/** The ARN of a listener's default rule, which lives and dies with it. */
export function defaultRuleArn(listenerArn: string): string {
  const id = createHash('sha256').update(listenerArn).digest('hex').slice(0, 16);
  return `${listenerArn.replace(':listener/', ':listener-rule/')}/${id}`;
}

/** The listener whose default rule this is. */
export function listenerOfDefaultRule(tables: Tables, ruleArn: string): Listener | undefined {
  const listenerArn = ruleArn.replace(':listener-rule/', ':listener/').replace(/\/[0-9a-f]{16}$/, '');
  const listener = tables.listeners.get(listenerArn);
  return listener && defaultRuleArn(listener.arn) === ruleArn ? listener : undefined;
}

const shown = (listener: Listener) => defaultRuleShape(listener, defaultRuleArn(listener.arn));

function ruleOf(context: Context, ruleArn: string): Rule {
  const found = context.tables.rules.get(ruleArn);
  if (found) return found;
  if (listenerOfDefaultRule(context.tables, ruleArn)) {
    throw new AwsError('OperationNotPermitted', `Default rule '${ruleArn}' cannot be modified`);
  }
  throw new AwsError('RuleNotFound', 'One or more rules not found');
}

const createInput = z.object({
  ListenerArn: arn,
  Priority: priority,
  Conditions: conditionsInput,
  Actions: actionsInput,
  Tags: tagList.default([]),
});

function create(context: Context, input: z.output<typeof createInput>) {
  const { tables, pool } = context;
  const listener = listenerOf(context, input.ListenerArn);
  const conditions = conditionsOf(input.Conditions);
  if (conditions.length === 0) throw invalid('A rule needs at least one condition');
  const siblings = rulesOf(tables, listener.arn);
  refuseTaken(siblings, [input.Priority]);
  if (siblings.length >= mostRules) {
    throw new AwsError('TooManyRules', `A listener has at most ${mostRules} rules besides its default one`);
  }
  const tags = tagRecord(input.Tags);
  const created: Rule = {
    arn: `${listener.arn.replace(':listener/', ':listener-rule/')}/${newId()}`,
    listenerArn: listener.arn,
    priority: input.Priority,
    conditions,
    action: actionOf(context, input.Actions),
  };
  tables.rules.put(created.arn, created);
  tables.tags.put(created.arn, tags);
  pool.refresh();
  return { Rules: [ruleShape(created)] };
}

function refuseTaken(others: readonly Rule[], wanted: readonly number[]): void {
  const taken = others.find((rule) => wanted.includes(rule.priority));
  if (taken) throw new AwsError('PriorityInUse', `Priority '${taken.priority}' is currently in use`);
}

const modifyInput = z.object({
  RuleArn: arn,
  Conditions: conditionsInput.optional(),
  Actions: actionsInput.optional(),
});

function modify(context: Context, input: z.output<typeof modifyInput>) {
  const before = ruleOf(context, input.RuleArn);
  const conditions = input.Conditions ? conditionsOf(input.Conditions) : before.conditions;
  if (conditions.length === 0) throw invalid('A rule needs at least one condition');
  const after: Rule = {
    ...before,
    conditions,
    action: input.Actions ? actionOf(context, input.Actions) : before.action,
  };
  context.tables.rules.put(after.arn, after);
  context.pool.refresh();
  return { Rules: [ruleShape(after)] };
}

const prioritiesInput = z.object({
  RulePriorities: listOf(z.object({ RuleArn: arn, Priority: priority })).refine(
    (pairs) => pairs.length > 0,
    'at least one is needed',
  ),
});

/** All at once, so that two rules may change places. */
function setPriorities(context: Context, { RulePriorities }: z.output<typeof prioritiesInput>) {
  const { tables } = context;
  const changed = RulePriorities.map(({ RuleArn, Priority }) => ({
    ...ruleOf(context, RuleArn),
    priority: Priority,
  }));
  const arns = new Set(changed.map((rule) => rule.arn));
  for (const listenerArn of new Set(changed.map((rule) => rule.listenerArn))) {
    const mine = changed.filter((rule) => rule.listenerArn === listenerArn).map((rule) => rule.priority);
    if (new Set(mine).size < mine.length) throw invalid('The same priority is given to two rules');
    refuseTaken(
      rulesOf(tables, listenerArn).filter((rule) => !arns.has(rule.arn)),
      mine,
    );
  }
  for (const rule of changed) tables.rules.put(rule.arn, rule);
  return { Rules: changed.map(ruleShape) };
}

const describeInput = z.object({
  ListenerArn: arn.optional(),
  RuleArns: listOf(arn).default([]),
  ...page,
});

function describe(context: Context, input: z.output<typeof describeInput>) {
  if (input.RuleArns.length > 0) {
    const Rules = input.RuleArns.map((each) => {
      const listener = listenerOfDefaultRule(context.tables, each);
      return listener ? shown(listener) : ruleShape(ruleOf(context, each));
    });
    return { Rules };
  }
  if (!input.ListenerArn) throw invalid('ListenerArn or RuleArns is needed');
  const listener = listenerOf(context, input.ListenerArn);
  // A page goes by its last key: rules by priority, the default one last.
  const ordered = [
    ...rulesOf(context.tables, listener.arn).map((rule) => ({
      shape: ruleShape(rule),
      place: rule.priority,
    })),
    { shape: shown(listener), place: 99_999 },
  ].map(({ shape, place }) => ({ shape, arn: `arn:${`${place}`.padStart(5, '0')}` }));
  const { shown: rules, next } = pageOf(ordered, input);
  return { Rules: rules.map(({ shape }) => shape), NextMarker: next };
}

export const ruleActions: Readonly<Record<string, Run>> = {
  CreateRule: action(createInput, create),
  ModifyRule: action(modifyInput, modify),
  DescribeRules: action(describeInput, describe),
  SetRulePriorities: action(prioritiesInput, setPriorities),

  DeleteRule: action(z.object({ RuleArn: arn }), (context, input) => {
    const rule = ruleOf(context, input.RuleArn);
    context.tables.rules.delete(rule.arn);
    context.tables.tags.delete(rule.arn);
    context.pool.refresh();
    return {};
  }),
};

/** A listener's rules go with it. */
export function dropRules(tables: Tables, listenerArn: string): void {
  for (const rule of rulesOf(tables, listenerArn)) {
    tables.rules.delete(rule.arn);
    tables.tags.delete(rule.arn);
  }
}
