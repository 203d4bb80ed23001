import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { AwsError } from '../../support/service.ts';
import { type HealthCheck, listenersOf, type TargetGroup } from '../model.ts';
import { action, type Context, loadBalancerOf, newId, pageOf, type Run, targetGroupOf } from './context.ts';
import { arn, invalid, listOf, name, page, port, whole } from './input.ts';
import { targetGroupShape } from './shapes.ts';
import { tagList, tagRecord } from './tags.ts';

const mostTargetGroups = 3000;
const http = z.literal('HTTP', 'Local AWS speaks HTTP to targets only').optional();
const checkPort = z.union([z.literal('traffic-port'), port], 'must be a port or traffic-port');

/** Ranges and defaults are ALB's; what is left out keeps its value. */
const healthCheckInput = {
  HealthCheckProtocol: http,
  HealthCheckPath: z
    .string()
    .max(1024)
    .regex(/^\/[\x21-\x7e]*$/, 'must begin with / and be printable ASCII')
    .optional(),
  HealthCheckPort: checkPort.optional(),
  HealthCheckEnabled: z.literal('true', 'must be true for targets of type ip').optional(),
  HealthCheckIntervalSeconds: whole(5, 300).optional(),
  HealthCheckTimeoutSeconds: whole(2, 120).optional(),
  HealthyThresholdCount: whole(2, 10).optional(),
  UnhealthyThresholdCount: whole(2, 10).optional(),
  Matcher: z
    .object({
      HttpCode: z.string().refine(isMatcher, 'must be codes from 200 to 499, such as 200,202 or 200-299'),
    })
    .optional(),
};

type HealthCheckInput = z.output<z.ZodObject<typeof healthCheckInput>>;

function isMatcher(text: string): boolean {
  return text.length <= 100 && text.split(',').every((part) => /^[234]\d\d(-[234]\d\d)?$/.test(part));
}

const defaults: HealthCheck = {
  path: '/',
  port: 'traffic-port',
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: '200',
};

function healthCheckOf(input: HealthCheckInput, before: HealthCheck): HealthCheck {
  const check: HealthCheck = {
    path: input.HealthCheckPath ?? before.path,
    port: input.HealthCheckPort ?? before.port,
    intervalSeconds: input.HealthCheckIntervalSeconds ?? before.intervalSeconds,
    timeoutSeconds: input.HealthCheckTimeoutSeconds ?? before.timeoutSeconds,
    healthyThreshold: input.HealthyThresholdCount ?? before.healthyThreshold,
    unhealthyThreshold: input.UnhealthyThresholdCount ?? before.unhealthyThreshold,
    matcher: input.Matcher?.HttpCode ?? before.matcher,
  };
  if (check.timeoutSeconds < check.intervalSeconds) return check;
  // An interval given alone may be as short as the default time-out.
  if (input.HealthCheckTimeoutSeconds === undefined && check.timeoutSeconds === defaults.timeoutSeconds) {
    return { ...check, timeoutSeconds: check.intervalSeconds - 1 };
  }
  throw invalid('HealthCheckIntervalSeconds: must be greater than HealthCheckTimeoutSeconds');
}

const createInput = z.object({
  Name: name,
  Protocol: http,
  ProtocolVersion: z.literal('HTTP1', 'Local AWS speaks HTTP1 to targets only').optional(),
  Port: port,
  VpcId: z.string().min(1).max(64).default('vpc-local'),
  TargetType: z.enum(['ip', 'instance'], 'Local AWS has targets of type ip and instance').default('instance'),
  IpAddressType: z.literal('ipv4', 'Local AWS has ipv4 only').optional(),
  ...healthCheckInput,
  Tags: tagList.default([]),
});

function create(context: Context, input: z.output<typeof createInput>) {
  const { tables } = context;
  const { Port: port, VpcId: vpcId, TargetType: targetType } = input;
  const settings = { port, vpcId, targetType, healthCheck: healthCheckOf(input, defaults) };
  const tags = tagRecord(input.Tags);
  const same = [...tables.targetGroups.values()].find((other) => other.name === input.Name);
  if (same) {
    const { port, vpcId, targetType = 'ip', healthCheck } = same;
    if (isDeepStrictEqual(settings, { port, vpcId, targetType, healthCheck }))
      return described(context, [same]);
    const message = `A target group with the name '${input.Name}' exists, with different settings`;
    throw new AwsError('DuplicateTargetGroupName', message);
  }
  if (tables.targetGroups.size >= mostTargetGroups) {
    throw new AwsError('TooManyTargetGroups', `There are ${mostTargetGroups} target groups already`);
  }
  const created: TargetGroup = {
    arn: `${context.arnPrefix}targetgroup/${input.Name}/${newId()}`,
    name: input.Name,
    ...{ port, vpcId, healthCheck: settings.healthCheck },
    ...(targetType === 'instance' ? { targetType } : {}),
    deregistrationDelaySeconds: 300,
    algorithm: 'round_robin',
  };
  tables.targetGroups.put(created.arn, created);
  tables.tags.put(created.arn, tags);
  return described(context, [created]);
}

const describeInput = z.object({
  TargetGroupArns: listOf(arn).default([]),
  Names: listOf(z.string().max(32)).default([]),
  LoadBalancerArn: arn.optional(),
  ...page,
});

function describe(context: Context, input: z.output<typeof describeInput>) {
  const all = [...context.tables.targetGroups.values()];
  if (input.TargetGroupArns.length > 0) {
    return described(
      context,
      input.TargetGroupArns.map((each) => targetGroupOf(context, each)),
    );
  }
  if (input.Names.length > 0) {
    const named = input.Names.map((each) => {
      const found = all.find((group) => group.name === each);
      if (!found) throw new AwsError('TargetGroupNotFound', `Target group '${each}' not found`);
      return found;
    });
    return described(context, named);
  }
  const loadBalancerArn = input.LoadBalancerArn && loadBalancerOf(context, input.LoadBalancerArn).arn;
  const behind = (group: TargetGroup) =>
    listenersOf(context.tables, group.arn).some((listener) => listener.loadBalancerArn === loadBalancerArn);
  const { shown, next } = pageOf(loadBalancerArn ? all.filter(behind) : all, input);
  return { ...described(context, shown), NextMarker: next };
}

function described({ tables }: Context, groups: readonly TargetGroup[]) {
  return { TargetGroups: groups.map((group) => targetGroupShape(group, tables)) };
}

const modifyInput = z.object({ TargetGroupArn: arn, ...healthCheckInput });

function remove(context: Context, input: { TargetGroupArn: string }) {
  const { tables, pool } = context;
  if (!tables.targetGroups.has(input.TargetGroupArn)) return {};
  if (listenersOf(tables, input.TargetGroupArn).length > 0) {
    const message = `Target group '${input.TargetGroupArn}' is currently in use by a listener or a rule`;
    throw new AwsError('ResourceInUse', message);
  }
  for (const member of pool.members(input.TargetGroupArn))
    pool.deregister(input.TargetGroupArn, member.target);
  tables.targetGroups.delete(input.TargetGroupArn);
  tables.tags.delete(input.TargetGroupArn);
  context.forgotten(input.TargetGroupArn);
  return {};
}

export const targetGroupActions: Readonly<Record<string, Run>> = {
  CreateTargetGroup: action(createInput, create),
  DescribeTargetGroups: action(describeInput, describe),

  ModifyTargetGroup: action(modifyInput, (context, input) => {
    const before = targetGroupOf(context, input.TargetGroupArn);
    const after: TargetGroup = { ...before, healthCheck: healthCheckOf(input, before.healthCheck) };
    context.tables.targetGroups.put(after.arn, after);
    return described(context, [after]);
  }),

  /** Deleting what is not there succeeds, as on AWS. */
  DeleteTargetGroup: action(z.object({ TargetGroupArn: arn }), remove),
};
