/** Builds and reads ECS ARNs of one account and region, in the long format. */
export interface Arns {
  cluster(name: string): string;
  service(cluster: string, name: string): string;
  task(cluster: string, id: string): string;
  container(cluster: string, taskId: string, id: string): string;
  taskDefinition(family: string, revision: number): string;
  serviceDeployment(cluster: string, service: string, id: string): string;
  serviceRevision(cluster: string, service: string, id: string): string;
  capacityProvider(name: string): string;
  containerInstance(cluster: string, id: string): string;
  /** `id` is `ecs-svc/` and digits. */
  taskSet(cluster: string, service: string, id: string): string;
  /** The parts after the resource type of an ARN of this account and region; undefined for any other ARN. */
  parts(arn: string, type: ResourceType): readonly string[] | undefined;
  readonly root: string;
}

export type ResourceType =
  | 'cluster'
  | 'service'
  | 'task'
  | 'task-definition'
  | 'service-deployment'
  | 'service-revision'
  | 'capacity-provider'
  | 'task-set'
  | 'container-instance';

export function createArns(account: string, region: string): Arns {
  const prefix = `arn:aws:ecs:${region}:${account}:`;
  const arn = (type: ResourceType | 'container', ...parts: readonly string[]) =>
    `${prefix}${type}/${parts.join('/')}`;
  return {
    cluster: (name) => arn('cluster', name),
    service: (cluster, name) => arn('service', cluster, name),
    task: (cluster, id) => arn('task', cluster, id),
    container: (cluster, taskId, id) => arn('container', cluster, taskId, id),
    taskDefinition: (family, revision) => arn('task-definition', `${family}:${revision}`),
    serviceDeployment: (cluster, service, id) => arn('service-deployment', cluster, service, id),
    serviceRevision: (cluster, service, id) => arn('service-revision', cluster, service, id),
    capacityProvider: (name) => arn('capacity-provider', name),
    containerInstance: (cluster, id) => arn('container-instance', cluster, id),
    taskSet: (cluster, service, id) => arn('task-set', cluster, service, id),
    parts(text, type) {
      const head = `${prefix}${type}/`;
      return text.startsWith(head) ? text.slice(head.length).split('/') : undefined;
    },
    root: `arn:aws:iam::${account}:root`,
  };
}

/** Whether a reference is an ARN rather than a name. */
export function isArn(reference: string): boolean {
  return reference.startsWith('arn:');
}
