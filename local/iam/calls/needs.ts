import type { NeedsOf } from './call.ts';
import { ecsNeeds } from './ecs.ts';
import {
  cloudWatchNeeds,
  dynamoDbNeeds,
  eventsNeeds,
  lambdaNeeds,
  loadBalancingNeeds,
  logsNeeds,
  secretsManagerNeeds,
  sqsNeeds,
} from './others.ts';

const needsBy: Readonly<Record<string, NeedsOf>> = {
  ecs: ecsNeeds,
  sqs: sqsNeeds,
  logs: logsNeeds,
  cloudwatch: cloudWatchNeeds,
  dynamodb: dynamoDbNeeds,
  lambda: lambdaNeeds,
  secretsmanager: secretsManagerNeeds,
  events: eventsNeeds,
  elasticloadbalancing: loadBalancingNeeds,
};

/** What whoever makes this call must be allowed; of a service that is not known here, the action on `*`. */
export const needsOf: NeedsOf = (call, here) => {
  const needs = needsBy[call.service]?.(call, here);
  if (needs && needs.length > 0) return needs;
  return [{ action: `${call.service}:${call.action}`, resource: '*', context: {} }];
};
