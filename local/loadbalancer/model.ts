import type { Journal, Table } from '../support/journal.ts';
import type { Target } from './targets.ts';

/** What the load balancer keeps in the journal, in its own words; `api/shapes.ts` puts it into AWS's. */
export interface LoadBalancer {
  readonly arn: string;
  readonly name: string;
  readonly scheme: 'internet-facing' | 'internal';
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** What was set of its attributes; the rest has the defaults of `api/loadbalancer-attributes.ts`. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
}

export interface TargetGroup {
  readonly arn: string;
  readonly name: string;
  readonly port: number;
  readonly vpcId: string;
  /** `ip` without it; tasks are registered by their addresses all the same. */
  readonly targetType?: 'instance';
  readonly healthCheck: HealthCheck;
  readonly deregistrationDelaySeconds: number;
  readonly algorithm: Algorithm;
}

export interface HealthCheck {
  readonly path: string;
  readonly port: number | 'traffic-port';
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** Status codes as AWS writes them: `200`, `200,202` or `200-299`. */
  readonly matcher: string;
}

export type Algorithm = 'round_robin' | 'least_outstanding_requests';

export interface Listener {
  readonly arn: string;
  readonly loadBalancerArn: string;
  readonly port: number;
  readonly action: Action;
}

export type Action =
  | { readonly type: 'forward'; readonly groups: readonly WeightedGroup[] }
  | {
      readonly type: 'fixed-response';
      readonly status: number;
      readonly contentType: string;
      readonly body: string;
    }
  | Redirect;

/** Parts of the URL that the client is sent to; `#{host}` and the like stand for those of its request. */
export interface Redirect {
  readonly type: 'redirect';
  readonly status: 301 | 302;
  readonly protocol: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

/** What a listener does with requests that meet all of the conditions; lower priorities are asked first. */
export interface Rule {
  readonly arn: string;
  readonly listenerArn: string;
  /** 1 to 50000. */
  readonly priority: number;
  readonly conditions: readonly Condition[];
  readonly action: Action;
}

/** Met when one of the values fits; `*` and `?` are wildcards but for methods and addresses. */
export type Condition =
  | {
      readonly field: 'host-header' | 'path-pattern' | 'http-request-method' | 'source-ip';
      readonly values: readonly string[];
    }
  | { readonly field: 'http-header'; readonly name: string; readonly values: readonly string[] }
  | { readonly field: 'query-string'; readonly pairs: readonly QueryPair[] };

export interface QueryPair {
  readonly key?: string | undefined;
  readonly value: string;
}

export interface WeightedGroup {
  readonly targetGroupArn: string;
  /** 0 to 999; a group of weight 0 gets nothing. */
  readonly weight: number;
}

/** A registered target with the last health known, so that a restarted load balancer serves at once. */
export interface Registration {
  readonly targetGroupArn: string;
  readonly target: Target;
  readonly health: 'initial' | 'healthy' | 'unhealthy';
}

export interface Tables {
  readonly loadBalancers: Table<LoadBalancer>;
  readonly targetGroups: Table<TargetGroup>;
  readonly listeners: Table<Listener>;
  readonly rules: Table<Rule>;
  readonly registrations: Table<Registration>;
  /** Tags by the ARN of what bears them. */
  readonly tags: Table<Readonly<Record<string, string>>>;
}

export function openTables(journal: Journal): Tables {
  return {
    loadBalancers: journal.table('elb/load-balancers'),
    targetGroups: journal.table('elb/target-groups'),
    listeners: journal.table('elb/listeners'),
    rules: journal.table('elb/rules'),
    registrations: journal.table('elb/registrations'),
    tags: journal.table('elb/tags'),
  };
}

/** The target groups that an action forwards to. */
export function groupsOf(action: Action): readonly string[] {
  return action.type === 'forward' ? action.groups.map((group) => group.targetGroupArn) : [];
}

/** The rules of a listener but for its default one, in the order in which they are asked. */
export function rulesOf(tables: Tables, listenerArn: string): Rule[] {
  return [...tables.rules.values()]
    .filter((rule) => rule.listenerArn === listenerArn)
    .sort((one, other) => one.priority - other.priority);
}

/**
 * The listeners that send traffic to a target group, by themselves or by a rule; without one its targets are
 * `unused` and unchecked.
 */
export function listenersOf(tables: Tables, targetGroupArn: string): Listener[] {
  const forwards = ({ action }: { readonly action: Action }) => groupsOf(action).includes(targetGroupArn);
  const byRule = new Set([...tables.rules.values()].filter(forwards).map(({ listenerArn }) => listenerArn));
  return [...tables.listeners.values()].filter((one) => forwards(one) || byRule.has(one.arn));
}
