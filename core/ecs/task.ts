/**
 * A task as Berth keeps it. The same record comes of an event and of DescribeTasks at the same version, so it
 * holds only what both tell: no tags, no health, no environment.
 */
export interface TaskRecord {
  readonly taskArn: string;
  readonly clusterArn: string;
  readonly version: number;
  /** `service:<name>` or `family:<family>`. */
  readonly group: string | undefined;
  readonly startedBy: string | undefined;
  readonly taskDefinitionArn: string;
  readonly lastStatus: string;
  readonly desiredStatus: string;
  readonly stopCode: string | undefined;
  readonly stoppedReason: string | undefined;
  readonly availabilityZone: string | undefined;
  readonly launchType: string | undefined;
  readonly capacityProvider: string | undefined;
  readonly address: string | undefined;
  readonly createdAtMs: number | undefined;
  readonly startedAtMs: number | undefined;
  readonly stoppedAtMs: number | undefined;
  readonly containers: readonly ContainerRecord[];
}

export interface ContainerRecord {
  readonly name: string;
  readonly image: string | undefined;
  readonly imageDigest: string | undefined;
  readonly lastStatus: string | undefined;
  readonly exitCode: number | undefined;
  readonly reason: string | undefined;
}

/** The name of the ECS service that a task belongs to, if it belongs to one. */
export function serviceNameOf(task: Pick<TaskRecord, 'group'>): string | undefined {
  return task.group?.startsWith('service:') ? task.group.slice('service:'.length) : undefined;
}
