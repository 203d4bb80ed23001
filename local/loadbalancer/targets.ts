/** What the ECS scheduler needs of the load balancer; `register` and `deregister` may be repeated. */
export interface TargetGroups {
  exists(targetGroupArn: string): boolean;
  /** Undefined when there is no such group. */
  traits(targetGroupArn: string): TargetGroupTraits | undefined;
  register(targetGroupArn: string, target: Target): void;
  /** Takes the target out of rotation at once; requests in flight finish within the deregistration delay. */
  deregister(targetGroupArn: string, target: Target): void;
  /** `unused` once it is drained or was never there. */
  health(targetGroupArn: string, target: Target): TargetHealth;
  onChange(listener: (targetGroupArn: string, target: Target, health: TargetHealth) => void): void;
}

export interface TargetGroupTraits {
  /** Undefined when any will do. */
  readonly targetType: 'ip' | 'instance' | undefined;
  /** Whether a listener or a rule forwards to it. */
  readonly hasLoadBalancer: boolean;
}

export interface Target {
  readonly address: string;
  readonly port: number;
}

export type TargetHealth = 'initial' | 'healthy' | 'unhealthy' | 'draining' | 'unused';
