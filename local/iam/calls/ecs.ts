import {
  type ApiCall,
  arnOf,
  type Here,
  lastPart,
  type Need,
  type NeedsOf,
  noContext,
  text,
  texts,
} from './call.ts';

type Input = ApiCall['input'];

/** What the actions of ECS are checked against. An action that is not here has no resource level. */
export const ecsNeeds: NeedsOf = ({ action, input }, here) => {
  const resources = Object.hasOwn(resourcesOf, action) ? resourcesOf[action]!(input, here) : ['*'];
  const context = (resource: string) => {
    const name = clusterIn(resource) ?? (ofCluster.has(action) ? clusterOf(input) : undefined);
    return name === undefined ? noContext : { 'ecs:cluster': cluster(name, here) };
  };
  return [
    ...resources.map((resource) => ({ action: `ecs:${action}`, resource, context: context(resource) })),
    ...tagging(action, input, resources),
    ...passing(action, input, here),
  ];
};

type Resources = (input: Input, here: Here) => readonly string[];

const clusterOf = ({ cluster }: Input) => lastPart(text(cluster) || 'default');

/** A thing within the request's cluster, by name or ARN. */
const inCluster = (type: string, { cluster }: Input, reference: string, here: Here) =>
  reference.startsWith('arn:')
    ? reference
    : arnOf('ecs', here, `${type}/${clusterOf({ cluster })}/${reference}`);

const definition = (reference: string, here: Here) => {
  if (reference.startsWith('arn:')) return reference;
  return arnOf('ecs', here, `task-definition/${reference}${reference.includes(':') ? '' : ':*'}`);
};

const one =
  (type: string, member: string): Resources =>
  (input, here) => [inCluster(type, input, text(input[member]), here)];

const each =
  (type: string, member: string): Resources =>
  (input, here) =>
    texts(input[member]).map((reference) => inCluster(type, input, reference, here));

const arn =
  (member: string): Resources =>
  (input) => [text(input[member])];

const arns =
  (member: string): Resources =>
  (input) =>
    texts(input[member]);

const cluster = (name: string, here: Here) => arnOf('ecs', here, `cluster/${lastPart(name)}`);

const resourcesOf: Readonly<Record<string, Resources>> = {
  CreateService: one('service', 'serviceName'),
  UpdateService: one('service', 'service'),
  DeleteService: one('service', 'service'),
  DescribeServices: each('service', 'services'),
  ListServiceDeployments: one('service', 'service'),
  DescribeServiceDeployments: arns('serviceDeploymentArns'),
  StopServiceDeployment: arn('serviceDeploymentArn'),
  ContinueServiceDeployment: arn('serviceDeploymentArn'),
  DescribeServiceRevisions: arns('serviceRevisionArns'),
  DescribeTasks: each('task', 'tasks'),
  StopTask: one('task', 'task'),
  ExecuteCommand: one('task', 'task'),
  ListTasks: (input, here) =>
    text(input.containerInstance) === ''
      ? ['*']
      : [inCluster('container-instance', input, text(input.containerInstance), here)],
  RunTask: ({ taskDefinition }, here) => [definition(text(taskDefinition), here)],
  RegisterTaskDefinition: ({ family }, here) => [definition(text(family), here)],
  DeleteTaskDefinitions: ({ taskDefinitions }, here) =>
    texts(taskDefinitions).map((reference) => definition(reference, here)),
  DescribeClusters: ({ clusters }, here) => texts(clusters).map((name) => cluster(name, here)),
  DeleteCluster: (input, here) => [cluster(clusterOf(input), here)],
  UpdateCluster: (input, here) => [cluster(clusterOf(input), here)],
  PutClusterCapacityProviders: (input, here) => [cluster(clusterOf(input), here)],
  TagResource: arn('resourceArn'),
  UntagResource: arn('resourceArn'),
  ListTagsForResource: arn('resourceArn'),
};

/** Those that are told a cluster, and whose resource is not in one. */
const ofCluster = new Set(['ListTasks', 'ListServices', 'RunTask', 'StartTask']);

/** The cluster of a resource that is in one: `local` of `arn:aws:ecs:…:service/local/shop-web`. */
const clusterIn = (resource: string) =>
  /:(?:service|service-deployment|service-revision|task|container-instance)\/([^/]+)\/./.exec(resource)?.[1];

const creates = new Set(['CreateService', 'RegisterTaskDefinition', 'RunTask', 'CreateCluster']);

/** Whoever creates something with tags must be allowed to tag it. */
function tagging(action: string, { tags }: Input, resources: readonly string[]): readonly Need[] {
  if (!creates.has(action) || !Array.isArray(tags) || tags.length === 0) return [];
  const context = { 'ecs:CreateAction': action };
  return resources.map((resource) => ({ action: 'ecs:TagResource', resource, context }));
}

/** Whoever gives tasks a role must be allowed to pass it on: otherwise the task could do what its maker may not. */
function passing(action: string, input: Input, here: Here): readonly Need[] {
  if (action === 'CreateService' || action === 'UpdateService') return passingToEcs(input);
  const given = action === 'RunTask' ? overridden(input) : action === 'RegisterTaskDefinition' ? input : {};
  const named = [given.executionRoleArn, given.taskRoleArn].map(text).filter(Boolean);
  // Whoever runs a task passes the roles of its definition as well; whoever makes a service does not.
  const defined = action === 'RunTask' ? (here.rolesOf?.(text(input.taskDefinition)) ?? []) : [];
  return [...new Set([...named, ...defined])].map((role) => passRole(role, 'ecs-tasks.amazonaws.com'));
}

/** The roles that ECS itself takes: to shift traffic, and to call hooks. */
function passingToEcs({ loadBalancers, deploymentConfiguration }: Input): readonly Need[] {
  const advanced = members(loadBalancers).map(({ advancedConfiguration }) => object(advancedConfiguration));
  const hooks = members(object(deploymentConfiguration).lifecycleHooks);
  const roles = [...advanced, ...hooks].map(({ roleArn }) => text(roleArn)).filter(Boolean);
  return [...new Set(roles)].map((role) => passRole(role, 'ecs.amazonaws.com'));
}

const object = (value: unknown): Input =>
  typeof value === 'object' && value !== null ? (value as Input) : {};

const members = (value: unknown): readonly Input[] => (Array.isArray(value) ? value.map(object) : []);

const overridden = ({ overrides }: Input): Input => object(overrides);

const passRole = (resource: string, service: string): Need => ({
  action: 'iam:PassRole',
  resource,
  context: { 'iam:PassedToService': service },
});
