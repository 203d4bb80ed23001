import type {
  Action as ActionShape,
  Listener as ListenerShape,
  LoadBalancer as LoadBalancerShape,
  RuleCondition,
  Rule as RuleShape,
  TargetGroup as TargetGroupShape,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Member } from '../member.ts';
import {
  type Action,
  type Condition,
  type Listener,
  type LoadBalancer,
  listenersOf,
  type Rule,
  type Tables,
  type TargetGroup,
} from '../model.ts';
import type { TargetHealth } from '../targets.ts';

/** Our records in AWS's words. */
export function loadBalancerShape(loadBalancer: LoadBalancer, host: string): LoadBalancerShape {
  return {
    LoadBalancerArn: loadBalancer.arn,
    LoadBalancerName: loadBalancer.name,
    DNSName: host,
    CreatedTime: new Date(loadBalancer.createdAtMs),
    Scheme: loadBalancer.scheme,
    Type: 'application',
    IpAddressType: 'ipv4',
    VpcId: 'vpc-local',
    State: { Code: 'active' },
    AvailabilityZones: loadBalancer.subnets.map((SubnetId) => ({ SubnetId })),
    SecurityGroups: [...loadBalancer.securityGroups],
  };
}

export function targetGroupShape(group: TargetGroup, tables: Tables): TargetGroupShape {
  const { healthCheck } = group;
  const loadBalancers = listenersOf(tables, group.arn).map((listener) => listener.loadBalancerArn);
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: 'HTTP',
    ProtocolVersion: 'HTTP1',
    Port: group.port,
    VpcId: group.vpcId,
    TargetType: group.targetType ?? 'ip',
    IpAddressType: 'ipv4',
    HealthCheckEnabled: true,
    HealthCheckProtocol: 'HTTP',
    HealthCheckPort: `${healthCheck.port}`,
    HealthCheckPath: healthCheck.path,
    HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
    HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
    HealthyThresholdCount: healthCheck.healthyThreshold,
    UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
    Matcher: { HttpCode: healthCheck.matcher },
    LoadBalancerArns: [...new Set(loadBalancers)],
  };
}

export function listenerShape(listener: Listener): ListenerShape {
  return {
    ListenerArn: listener.arn,
    LoadBalancerArn: listener.loadBalancerArn,
    Port: listener.port,
    Protocol: 'HTTP',
    DefaultActions: [actionShape(listener.action)],
  };
}

export function ruleShape(rule: Rule): RuleShape {
  return {
    RuleArn: rule.arn,
    Priority: `${rule.priority}`,
    Conditions: rule.conditions.map(conditionShape),
    Actions: [actionShape(rule.action)],
    IsDefault: false,
  };
}

/** The listener's own action as the rule that is asked last. */
export function defaultRuleShape(listener: Listener, ruleArn: string): RuleShape {
  return {
    RuleArn: ruleArn,
    Priority: 'default',
    Conditions: [],
    Actions: [actionShape(listener.action)],
    IsDefault: true,
  };
}

/** AWS repeats hosts and paths beside their configuration. */
function conditionShape(condition: Condition): RuleCondition {
  switch (condition.field) {
    case 'http-header':
      return {
        Field: condition.field,
        HttpHeaderConfig: { HttpHeaderName: condition.name, Values: [...condition.values] },
      };
    case 'query-string':
      return {
        Field: condition.field,
        QueryStringConfig: { Values: condition.pairs.map(({ key, value }) => ({ Key: key, Value: value })) },
      };
    case 'host-header':
    case 'path-pattern': {
      const Values = [...condition.values];
      const name = condition.field === 'host-header' ? 'HostHeaderConfig' : 'PathPatternConfig';
      return { Field: condition.field, Values, [name]: { Values } };
    }
    case 'http-request-method':
      return { Field: condition.field, HttpRequestMethodConfig: { Values: [...condition.values] } };
    case 'source-ip':
      return { Field: condition.field, SourceIpConfig: { Values: [...condition.values] } };
  }
}

function actionShape(action: Action): ActionShape {
  if (action.type === 'redirect') {
    const { status, protocol, host, port, path, query } = action;
    const StatusCode = status === 301 ? 'HTTP_301' : 'HTTP_302';
    return {
      Type: 'redirect',
      Order: 1,
      RedirectConfig: { Protocol: protocol, Host: host, Port: port, Path: path, Query: query, StatusCode },
    };
  }
  if (action.type === 'fixed-response') {
    const { status, contentType, body } = action;
    const config = { StatusCode: `${status}`, ContentType: contentType, MessageBody: body };
    return { Type: 'fixed-response', Order: 1, FixedResponseConfig: config };
  }
  const [first] = action.groups;
  const TargetGroups = action.groups.map((group) => ({
    TargetGroupArn: group.targetGroupArn,
    Weight: group.weight,
  }));
  // AWS repeats the group beside the configuration only where there is one.
  const alone = action.groups.length === 1 && first ? { TargetGroupArn: first.targetGroupArn } : {};
  return {
    Type: 'forward',
    Order: 1,
    ...alone,
    ForwardConfig: { TargetGroups, TargetGroupStickinessConfig: { Enabled: false } },
  };
}

export function targetHealthShape(
  member: Member,
  group: TargetGroup,
  health: TargetHealth,
): TargetHealthDescription {
  const checked = group.healthCheck.port;
  return {
    Target: { Id: member.target.address, Port: member.target.port },
    HealthCheckPort: `${checked === 'traffic-port' ? member.target.port : checked}`,
    TargetHealth: { State: health, ...whyNotHealthy(member, health) },
  };
}

/** The state of a target that is not registered. */
export function unregisteredShape(address: string, port: number): TargetHealthDescription {
  const Description = 'Target is not registered to the target group';
  return {
    Target: { Id: address, Port: port },
    TargetHealth: { State: 'unused', Reason: 'Target.NotRegistered', Description },
  };
}

function whyNotHealthy({ condition }: Member, health: TargetHealth): TargetHealthDescription['TargetHealth'] {
  if (health === 'unused') {
    return {
      Reason: 'Target.NotInUse',
      Description: 'Target group is not configured to receive traffic from the load balancer',
    };
  }
  switch (condition.state) {
    case 'healthy':
      return {};
    case 'draining':
      return {
        Reason: 'Target.DeregistrationInProgress',
        Description: 'Target deregistration is in progress',
      };
    case 'unhealthy':
      return { Reason: condition.failure.reason, Description: condition.failure.description };
    case 'initial':
      return condition.failure
        ? { Reason: 'Elb.InitialHealthChecking', Description: condition.failure.description }
        : { Reason: 'Elb.RegistrationInProgress', Description: 'Target registration is in progress' };
  }
}
