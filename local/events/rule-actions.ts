import { z } from 'zod';
import { parseInput } from '../support/input.ts';
import { AwsError } from '../support/service.ts';
import { busNamed } from './bus-actions.ts';
import type { Action, EventsContext } from './context.ts';
import type { Rule, Target } from './model.ts';
import { compilePattern } from './pattern.ts';

const name = z.string().regex(/^[.\-_A-Za-z0-9]{1,64}$/);
const bus = { EventBusName: z.string().optional() };

const putSchema = z.object({
  ...bus,
  Name: name,
  EventPattern: z.string().optional(),
  ScheduleExpression: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED']).optional(),
  Description: z.string().max(512).optional(),
});
const namedSchema = z.object({ ...bus, Name: name });
const rulesSchema = z.object({
  ...bus,
  NamePrefix: z.string().optional(),
  Limit: z.number().int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
});
const targetSchema = z.object({
  Id: z.string().regex(/^[.\-_A-Za-z0-9]{1,64}$/),
  Arn: z.string().regex(/^arn:aws:(sqs|lambda):/, 'Local AWS delivers to SQS queues and Lambda functions.'),
  Input: z.string().max(8192).optional(),
  InputPath: z.undefined('Local AWS sends the whole event, or Input.').optional(),
  InputTransformer: z.undefined('Local AWS sends the whole event, or Input.').optional(),
  DeadLetterConfig: z.object({ Arn: z.string().optional() }).optional(),
  RetryPolicy: z
    .object({
      MaximumRetryAttempts: z.number().int().min(0).max(185).optional(),
      MaximumEventAgeInSeconds: z.number().int().min(60).max(86_400).optional(),
    })
    .optional(),
});
const putTargetsSchema = z.object({ ...bus, Rule: name, Targets: z.array(targetSchema).min(1).max(5) });
const removeTargetsSchema = z.object({ ...bus, Rule: name, Ids: z.array(z.string()).min(1).max(100) });
const targetsSchema = z.object({ ...bus, Rule: name });

const rulesPerBus = 300;
const targetsPerRule = 5;

export const ruleActions: Readonly<Record<string, Action>> = {
  PutRule(raw, context) {
    const input = parse(putSchema, raw);
    if (input.ScheduleExpression !== undefined || input.EventPattern === undefined) {
      throw new AwsError(
        'ValidationException',
        'A rule of Local AWS has an EventPattern and no ScheduleExpression.',
      );
    }
    compilePattern(input.EventPattern);
    const busName = busNamed(input.EventBusName, context);
    const known = context.buses.rule(busName, input.Name);
    if (!known && context.buses.rules(busName).length >= rulesPerBus) {
      throw new AwsError('LimitExceededException', `An event bus has at most ${rulesPerBus} rules.`);
    }
    const rule: Rule = {
      bus: busName,
      name: input.Name,
      pattern: input.EventPattern,
      state: input.State ?? 'ENABLED',
      description: input.Description,
      targets: known?.targets ?? [],
    };
    context.buses.putRule(rule);
    return { RuleArn: context.buses.ruleArn(rule) };
  },

  DescribeRule(raw, context) {
    return described(existing(parse(namedSchema, raw), context), context);
  },

  ListRules(raw, context) {
    const input = parse(rulesSchema, raw);
    const after = Buffer.from(input.NextToken ?? '', 'base64url').toString();
    const rules = context.buses
      .rules(busNamed(input.EventBusName, context))
      .filter((rule) => rule.name.startsWith(input.NamePrefix ?? '') && rule.name > after)
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    const page = rules.slice(0, input.Limit);
    const more =
      rules.length > page.length ? { NextToken: Buffer.from(page.at(-1)!.name).toString('base64url') } : {};
    return { Rules: page.map((rule) => described(rule, context)), ...more };
  },

  EnableRule: (raw, context) => setState(raw, context, 'ENABLED'),
  DisableRule: (raw, context) => setState(raw, context, 'DISABLED'),

  DeleteRule(raw, context) {
    const input = parse(namedSchema, raw);
    const rule = context.buses.rule(busNamed(input.EventBusName, context), input.Name);
    if (!rule) return;
    if (rule.targets.length > 0) {
      throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.");
    }
    context.buses.deleteRule(rule);
  },

  PutTargets(raw, context) {
    const input = parse(putTargetsSchema, raw);
    const rule = existing({ ...input, Name: input.Rule }, context);
    const put = input.Targets.map(targetOf);
    if (new Set(put.map(({ id }) => id)).size < put.length) {
      throw new AwsError('ValidationException', 'Two targets of the request have the same Id.');
    }
    const targets = [...rule.targets.filter((one) => !put.some((other) => other.id === one.id)), ...put];
    if (targets.length > targetsPerRule) {
      throw new AwsError('LimitExceededException', `A rule has at most ${targetsPerRule} targets.`);
    }
    context.buses.putRule({ ...rule, targets });
    return { FailedEntryCount: 0, FailedEntries: [] };
  },

  RemoveTargets(raw, context) {
    const input = parse(removeTargetsSchema, raw);
    const rule = existing({ ...input, Name: input.Rule }, context);
    context.buses.putRule({ ...rule, targets: rule.targets.filter(({ id }) => !input.Ids.includes(id)) });
    return { FailedEntryCount: 0, FailedEntries: [] };
  },

  ListTargetsByRule(raw, context) {
    const input = parse(targetsSchema, raw);
    return { Targets: existing({ ...input, Name: input.Rule }, context).targets.map(describedTarget) };
  },
};

function parse<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  return parseInput(schema, input, 'ValidationException');
}

function existing(
  input: { readonly Name: string; readonly EventBusName?: string | undefined },
  context: EventsContext,
) {
  const busName = busNamed(input.EventBusName, context);
  const rule = context.buses.rule(busName, input.Name);
  if (rule) return rule;
  throw new AwsError(
    'ResourceNotFoundException',
    `Rule ${input.Name} does not exist on EventBus ${busName}.`,
  );
}

function setState(raw: Record<string, unknown>, context: EventsContext, state: Rule['state']): void {
  context.buses.putRule({ ...existing(parse(namedSchema, raw), context), state });
}

function targetOf(input: z.output<typeof targetSchema>): Target {
  return {
    id: input.Id,
    arn: input.Arn,
    input: input.Input,
    deadLetterArn: input.DeadLetterConfig?.Arn,
    maximumRetries: input.RetryPolicy?.MaximumRetryAttempts ?? 185,
    maximumAgeSeconds: input.RetryPolicy?.MaximumEventAgeInSeconds ?? 86_400,
  };
}

function described(rule: Rule, context: EventsContext) {
  return {
    Name: rule.name,
    Arn: context.buses.ruleArn(rule),
    EventPattern: rule.pattern,
    State: rule.state,
    EventBusName: rule.bus,
    ...(rule.description === undefined ? {} : { Description: rule.description }),
  };
}

function describedTarget(target: Target) {
  return {
    Id: target.id,
    Arn: target.arn,
    ...(target.input === undefined ? {} : { Input: target.input }),
    ...(target.deadLetterArn === undefined ? {} : { DeadLetterConfig: { Arn: target.deadLetterArn } }),
    RetryPolicy: {
      MaximumRetryAttempts: target.maximumRetries,
      MaximumEventAgeInSeconds: target.maximumAgeSeconds,
    },
  };
}
