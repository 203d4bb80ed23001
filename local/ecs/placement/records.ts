/** What tasks and deployments remember of placement. */

/** A port of a container instance that a container has. */
export interface HostPort {
  readonly containerPort: number;
  readonly hostPort: number;
  readonly protocol: 'tcp' | 'udp';
}

/** What a task takes of its container instance, from its placement until it has stopped. */
export interface Reservation {
  readonly instanceId: string;
  readonly instanceArn: string;
  readonly cpu: number;
  readonly memory: number;
  readonly hostPorts: readonly HostPort[];
}

/** A task for which there is no place: what was told of it, and when it is tried again. */
export interface PlacementFailure {
  readonly attempts: number;
  readonly retryAt: number;
  readonly reason: string;
  readonly toldAt: number;
}
