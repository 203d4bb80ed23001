import { z } from 'zod';
import type { TargetGroup } from '../model.ts';
import { action, type Run, targetGroupOf } from './context.ts';
import { arn, invalid, listOf } from './input.ts';

/** The attributes of a target group that mean something here: how each reads and what it may be set to. */
const attributes: Readonly<Record<string, Attribute>> = {
  'deregistration_delay.timeout_seconds': {
    read: (group) => `${group.deregistrationDelaySeconds}`,
    set(group, value) {
      const seconds = Number(value);
      if (!/^\d{1,4}$/.test(value) || seconds > 3600)
        throw invalid(`${value} is not a delay from 0 to 3600 seconds`);
      return { ...group, deregistrationDelaySeconds: seconds };
    },
  },
  'load_balancing.algorithm.type': {
    read: (group) => group.algorithm,
    set(group, value) {
      if (value === 'round_robin' || value === 'least_outstanding_requests')
        return { ...group, algorithm: value };
      throw invalid(`Local AWS balances by round_robin or least_outstanding_requests, not by ${value}`);
    },
  },
  'stickiness.enabled': fixed('false'),
  'stickiness.type': fixed('lb_cookie'),
  'stickiness.lb_cookie.duration_seconds': fixed('86400'),
  'stickiness.app_cookie.cookie_name': fixed(''),
  'stickiness.app_cookie.duration_seconds': fixed('86400'),
  'slow_start.duration_seconds': fixed('0'),
  'load_balancing.algorithm.anomaly_mitigation': fixed('off'),
  'load_balancing.cross_zone.enabled': fixed('use_load_balancer_configuration'),
  'target_group_health.dns_failover.minimum_healthy_targets.count': fixed('1'),
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': fixed('off'),
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': fixed('1'),
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': fixed('off'),
};

interface Attribute {
  read(group: TargetGroup): string;
  set(group: TargetGroup, value: string): TargetGroup;
}

function fixed(only: string): Attribute {
  return {
    read: () => only,
    set(group, value) {
      if (value === only) return group;
      throw invalid(`Local AWS does not implement this attribute: it can only be ${only}, not ${value}`);
    },
  };
}

function attributeNamed(key: string): Attribute {
  const known = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
  if (known) return known;
  throw invalid(
    `Target group attribute key '${key}' is not recognized; there are ${Object.keys(attributes).join(', ')}`,
  );
}

const shown = (group: TargetGroup) => ({
  Attributes: Object.entries(attributes).map(([Key, attribute]) => ({ Key, Value: attribute.read(group) })),
});

const modifyInput = z.object({
  TargetGroupArn: arn,
  Attributes: listOf(z.object({ Key: z.string(), Value: z.string().default('') })),
});

export const attributeActions: Readonly<Record<string, Run>> = {
  ModifyTargetGroupAttributes: action(modifyInput, (context, input) => {
    const before = targetGroupOf(context, input.TargetGroupArn);
    const after = input.Attributes.reduce(
      (group, { Key, Value }) => attributeNamed(Key).set(group, Value),
      before,
    );
    context.tables.targetGroups.put(after.arn, after);
    return shown(after);
  }),

  DescribeTargetGroupAttributes: action(z.object({ TargetGroupArn: arn }), (context, input) =>
    shown(targetGroupOf(context, input.TargetGroupArn)),
  ),
};
