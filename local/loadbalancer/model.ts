import type { Journal, Table } from '../support/journal.ts';
import type { Target } from './targets.ts';

/** What the load balancer keeps in the journal, in its own words; `api/shapes.ts` puts it into AWS's. */
export interface LoadBalancer {
  readonly arn: string;
  readonly name: string;
  readonly scheme: 'internet-facing' | 'internal';
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly createdAtMs: number;
}

export interface TargetGroup {
  readonly arn: string;
  readonly name: string;
  readonly port: number;
  readonly vpcId: string;
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
    };

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
  readonly registrations: Table<Registration>;
  /** Tags by the ARN of what bears them. */
  readonly tags: Table<Readonly<Record<string, string>>>;
}

export function openTables(journal: Journal): Tables {
  return {
    loadBalancers: journal.table('elb/load-balancers'),
    targetGroups: journal.table('elb/target-groups'),
    listeners: journal.table('elb/listeners'),
    registrations: journal.table('elb/registrations'),
    tags: journal.table('elb/tags'),
  };
}

/** Forgets every row; harmless when the journal itself was reset before. */
export function clearTables(tables: Tables): void {
  for (const table of Object.values(tables) as Table<unknown>[]) {
    for (const [key] of [...table.entries()]) table.delete(key);
  }
}

/** The target groups that an action forwards to. */
export function groupsOf(action: Action): readonly string[] {
  return action.type === 'forward' ? action.groups.map((group) => group.targetGroupArn) : [];
}

/** The listeners that send traffic to a target group; without one its targets are `unused` and unchecked. */
export function listenersOf(tables: Tables, targetGroupArn: string): Listener[] {
  return [...tables.listeners.values()].filter((listener) =>
    groupsOf(listener.action).includes(targetGroupArn),
  );
}
