import { z } from 'zod';
import { AwsError } from '../../support/service.ts';
import type { Action, Redirect } from '../model.ts';
import { type Context, targetGroupOf } from './context.ts';
import { arn, invalid, listOf, whole } from './input.ts';

const stickiness = z.object({
  Enabled: z
    .literal('false', 'Local AWS has no stickiness of target groups: Enabled can only be false')
    .optional(),
  DurationSeconds: whole(1, 604_800).optional(),
});

const forwardInput = z.object({
  Type: z.literal('forward'),
  Order: whole(1, 50_000).optional(),
  TargetGroupArn: arn.optional(),
  ForwardConfig: z
    .object({
      TargetGroups: listOf(z.object({ TargetGroupArn: arn, Weight: whole(0, 999).default(1) }), 5).default(
        [],
      ),
      TargetGroupStickinessConfig: stickiness.optional(),
    })
    .optional(),
});

const fixedInput = z.object({
  Type: z.literal('fixed-response'),
  Order: whole(1, 50_000).optional(),
  FixedResponseConfig: z.object({
    StatusCode: z.string().regex(/^[245]\d\d$/, 'must be a 2xx, 4xx or 5xx code'),
    ContentType: z
      .string()
      .max(32)
      .regex(/^[\w.+/-]+$/)
      .default('text/plain'),
    MessageBody: z.string().max(1024).default(''),
  }),
});

const redirectInput = z.object({
  Type: z.literal('redirect'),
  Order: whole(1, 50_000).optional(),
  RedirectConfig: z.object({
    Protocol: z.enum(['HTTP', 'HTTPS', '#{protocol}']).default('#{protocol}'),
    Host: z.string().min(1).max(128).regex(/^\S+$/).default('#{host}'),
    Port: z
      .string()
      .regex(/^(\d{1,5}|#\{port\})$/, 'must be a port or #{port}')
      .default('#{port}'),
    Path: z
      .string()
      .max(128)
      .regex(/^\/[\x21-\x7e]*$/, 'must begin with /')
      .default('/#{path}'),
    Query: z
      .string()
      .max(128)
      .regex(/^[\x21-\x7e]*$/)
      .default('#{query}'),
    StatusCode: z.enum(['HTTP_301', 'HTTP_302']),
  }),
});

/** Exactly one action: authentication, which would come before it, is not here. */
export const actionsInput = listOf(
  z.discriminatedUnion('Type', [forwardInput, fixedInput, redirectInput], {
    error: 'Local AWS has actions of type forward, fixed-response and redirect only',
  }),
).refine((actions) => actions.length === 1, 'exactly one action is needed');

/** Throws when a target group is not there, or a redirect would send clients back to where they are. */
export function actionOf(context: Context, actions: z.output<typeof actionsInput>): Action {
  const [input] = actions;
  switch (input?.Type) {
    case 'fixed-response': {
      const { StatusCode, ContentType, MessageBody } = input.FixedResponseConfig;
      return {
        type: 'fixed-response',
        status: Number(StatusCode),
        contentType: ContentType,
        body: MessageBody,
      };
    }
    case 'redirect':
      return redirectOf(input.RedirectConfig);
    case 'forward':
      return { type: 'forward', groups: groupsIn(context, input) };
    case undefined:
      throw invalid('exactly one action is needed');
  }
}

function groupsIn(context: Context, input: z.output<typeof forwardInput>) {
  const listed = input.ForwardConfig?.TargetGroups ?? [];
  const only = input.TargetGroupArn ? [{ TargetGroupArn: input.TargetGroupArn, Weight: 1 }] : [];
  const groups = (listed.length > 0 ? listed : only).map(({ TargetGroupArn, Weight }) => ({
    targetGroupArn: targetGroupOf(context, TargetGroupArn).arn,
    weight: Weight,
  }));
  if (groups.length === 0) {
    throw invalid('A forward action needs TargetGroupArn or ForwardConfig.TargetGroups');
  }
  const arns = groups.map(({ targetGroupArn }) => targetGroupArn);
  if (new Set(arns).size < arns.length) throw invalid('A target group can only be specified once per action');
  return groups;
}

function redirectOf(config: z.output<typeof redirectInput>['RedirectConfig']): Redirect {
  const isLoop =
    config.Protocol === '#{protocol}' &&
    config.Host === '#{host}' &&
    config.Port === '#{port}' &&
    config.Path === '/#{path}' &&
    config.Query === '#{query}';
  if (isLoop) {
    const message = 'The redirect configuration is not valid because it creates a loop.';
    throw new AwsError('InvalidLoadBalancerAction', message);
  }
  return {
    type: 'redirect',
    status: config.StatusCode === 'HTTP_301' ? 301 : 302,
    protocol: config.Protocol,
    host: config.Host,
    port: config.Port,
    path: config.Path,
    query: config.Query,
  };
}
