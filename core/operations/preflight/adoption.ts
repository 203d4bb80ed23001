import type { Environment } from '../../contract/environment.ts';
import type { InspectedContainer, InspectedDefinition, InspectedService } from '../../ecs/inspected.ts';

/** A live service as a manifest would have it, and what the manifest cannot say or would do otherwise. */
export interface Adoption {
  /** A service of `berth.yaml`, as people write it. */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** What a release of this manifest would lack; none: it is all there. */
  readonly lost: readonly string[];
  /** What the first deployment of it changes. */
  readonly notes: readonly string[];
}

/** Why a service in ECS cannot be taken over; undefined when it can. */
export function adoptionProblem(
  { status, controller, scheduling, launchType, ...service }: InspectedService,
  definition: InspectedDefinition | undefined,
  strategy: string,
): string | undefined {
  if (status !== 'ACTIVE') return `it is ${status} in ECS`;
  if (controller !== 'ECS') return `${controller} deploys it: give its deployments to ECS first`;
  if (scheduling !== 'REPLICA') return 'it is a daemon, and Berth deploys services with a count';
  if (launchType !== 'FARGATE' || service.capacityProviders.length > 0)
    return 'its tasks do not have the launch type FARGATE, and those of Berth do';
  if (!service.network) return 'its tasks have no network of their own (awsvpc)';
  if (service.strategy !== strategy)
    return `ECS moves it by ${service.strategy}: set its deployment strategy to ${strategy} first`;
  if (service.loadBalancers.length > 1) return 'it stands behind several target groups';
  const [primary, ...others] = service.deployments;
  if (!primary || others.length > 0 || primary.rolloutState !== 'COMPLETED')
    return 'ECS is moving it: wait until its deployment is complete';
  if (service.runningCount !== service.desiredCount)
    return `${service.runningCount} of ${service.desiredCount} tasks run: wait until all of them do`;
  if (!definition) return 'ECS does not show its task definition';
  if (definition.status !== 'ACTIVE') return `its task definition is ${definition.status}: register it again`;
  if (definition.cpuUnits === undefined || definition.memoryMiB === undefined)
    return 'its task definition has no size (cpu and memory of the task)';
  return definition.containers.length === 0 ? 'its task definition has no container' : undefined;
}

/** What looks like a secret among the plain variables is left out: neither shown nor kept. */
export function adoptionOf(
  service: InspectedService,
  definition: InspectedDefinition,
  environment: Environment,
  looksSecret: (variable: string) => boolean,
): Adoption {
  const main = mainOf(service, definition);
  const { image, command, health } = main;
  const hidden = Object.keys(main.environment).filter(looksSecret);
  const plain = Object.entries(main.environment).filter(([name]) => !hidden.includes(name));
  const [port] = portsOf(service, main);
  const count = service.desiredCount;
  const { minimumHealthyPercent: minimum, maximumPercent: maximum, circuitBreaker } = service;
  const argv = health && commandOf(health.command);
  const manifest = {
    image,
    ...(command && { command }),
    cpu: definition.cpuUnits,
    memory: definition.memoryMiB,
    ...(port !== undefined && { port, listen: false }),
    ...(argv && {
      health: {
        command: argv,
        interval: clamp(health.intervalSeconds, 5, 300),
        timeout: clamp(health.timeoutSeconds, 2, Math.min(60, health.intervalSeconds - 1)),
        unhealthy: clamp(health.retries, 2, 10),
        grace: health.startSeconds,
      },
    }),
    ...(plain.length > 0 && { environment: Object.fromEntries(plain) }),
    ...(Object.keys(main.secrets).length > 0 && { secrets: main.secrets }),
    count,
    deploy: {
      ...(minimum !== undefined && { minimumHealthyPercent: minimum }),
      ...(maximum !== undefined && { maximumPercent: Math.max(100, maximum) }),
      circuitBreaker,
    },
  };
  return {
    manifest,
    lost: [...lostOf(definition, main), ...hidden.map(secretNote), ...labelsOf(main)],
    notes: notesOf(service, definition, environment),
  };
}

/** Who is behind the load balancer, else the first that is essential. */
function mainOf(
  { loadBalancers }: InspectedService,
  { containers }: InspectedDefinition,
): InspectedContainer {
  const balanced = containers.find(({ name }) => name === loadBalancers[0]?.containerName);
  return balanced ?? containers.find(({ essential }) => essential) ?? containers[0]!;
}

const portsOf = ({ loadBalancers }: InspectedService, { ports }: InspectedContainer): readonly number[] => [
  ...loadBalancers.map(({ containerPort }) => containerPort),
  ...ports,
];

function commandOf([first, ...rest]: readonly string[]): readonly string[] | undefined {
  if (first === undefined || first === 'NONE') return undefined;
  if (first === 'CMD') return rest;
  return first === 'CMD-SHELL' ? ['/bin/sh', '-c', rest.join(' ')] : [first, ...rest];
}

const clamp = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value));

const secretNote = (name: string) =>
  `the variable ${name} looks like a secret and is left out: keep it in Secrets Manager, and write it under secrets`;

const labelsOf = ({ labels }: InspectedContainer) =>
  Object.keys(labels).length > 0 ? [`docker labels (${Object.keys(labels).join(', ')})`] : [];

function lostOf(definition: InspectedDefinition, main: InspectedContainer): readonly string[] {
  const { containers, volumes, architecture } = definition;
  const others = containers.filter((one) => one !== main).map(({ name }) => name);
  return [
    ...(others.length > 0 ? [`other containers: ${others.join(', ')}`] : []),
    ...(volumes > 0 ? [`${volumes} volumes`] : []),
    ...(architecture === 'X86_64' ? [] : [`the processor architecture ${architecture}`]),
    ...(main.entryPoint ? [`the entry point ${JSON.stringify(main.entryPoint)}`] : []),
    ...(main.ports.length > 1 ? [`ports besides the first: ${main.ports.slice(1).join(', ')}`] : []),
    ...main.besides.map((name) => `${name} of the container ${main.name}`),
  ];
}

function notesOf(
  service: InspectedService,
  { executionRoleArn, taskRoleArn }: InspectedDefinition,
  environment: Environment,
): readonly string[] {
  const balanced = service.loadBalancers.map(
    ({ targetGroupArn, containerName, containerPort }) =>
      `it stays behind ${targetGroupArn} (${containerName}:${containerPort}) until the manifest has a port to ` +
      "`listen` on, behind Berth's own target group: what comes in has to be moved there then",
  );
  const roles = [
    ['the execution role', executionRoleArn, environment.executionRoleArn],
    ['the task role', taskRoleArn, environment.taskRoleArn],
  ] as const;
  return [
    ...balanced,
    ...roles
      .filter(([, its, ours]) => its !== ours)
      .map(([what, its, ours]) => `${what} becomes ${ours ?? 'none'} (now ${its ?? 'none'})`),
  ];
}
