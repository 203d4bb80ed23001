declare const brand: unique symbol;
type Arn<Name extends string> = string & { readonly [brand]: Name };

export type ClusterArn = Arn<'cluster'>;
export type ServiceArn = Arn<'service'>;
export type TaskArn = Arn<'task'>;
export type TaskDefinitionArn = Arn<'task-definition'>;
export type ServiceDeploymentArn = Arn<'service-deployment'>;

/** What an ECS ARN names. `path` holds what follows the resource type, for example `['default', 'web']`. */
export interface EcsArn {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly resourceType: string;
  readonly path: readonly string[];
}

const pattern = /^arn:(aws[a-z-]*):ecs:([a-z0-9-]*):(\d{12}):([a-z-]+)\/(.+)$/;

/** Takes an ECS ARN apart, of the old form (`task/<id>`) or the new (`task/<cluster>/<id>`). */
export function parseEcsArn(text: string): EcsArn | undefined {
  const [, partition, region, account, resourceType, path] = pattern.exec(text) ?? [];
  if (!partition || region === undefined || !account || !resourceType || !path) return undefined;
  return { partition, region, account, resourceType, path: path.split('/') };
}

/** The text as an ARN of one kind, or undefined when it is something else. */
export function asArn<Name extends string>(resourceType: Name, text: string): Arn<Name> | undefined {
  return parseEcsArn(text)?.resourceType === resourceType ? (text as Arn<Name>) : undefined;
}

/** `web` of `arn:…:cluster/web`; a bare name is its own. */
export const clusterNameOf = (arnOrName: string): string => arnOrName.slice(arnOrName.lastIndexOf('/') + 1);

/** The last part: a task's id, a service's name, `family:revision`. */
export const lastPartOf = clusterNameOf;
