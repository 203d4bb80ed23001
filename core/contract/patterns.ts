/**
 * What Berth hears of ECS: every event that ECS sends itself, also of kinds that are not known yet. The calls
 * that CloudTrail records come from the same source and are left out (`AWS API Call via CloudTrail`, …).
 */
export const ecsEventPattern = {
  source: ['aws.ecs'],
  'detail-type': [{ 'anything-but': { prefix: 'AWS ' } }],
} as const;
