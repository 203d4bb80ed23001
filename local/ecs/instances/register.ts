import type { RegisterContainerInstanceRequest, Resource, VersionInfo } from '@aws-sdk/client-ecs';
import type { EcsContext } from '../context.ts';
import { clientError, invalid } from '../errors.ts';
import type { ClusterRecord, Tags } from '../model.ts';
import { reservedPorts } from '../placement/resources.ts';
import type { Wire } from '../wire.ts';
import type { InstanceAttribute, InstanceRecord, Resources } from './model.ts';
import { defaultInstanceType, type InstanceType, instanceType } from './types.ts';

/** What a host says of itself when its agent registers. */
export interface Host {
  readonly hostId: string;
  readonly launchType: InstanceRecord['launchType'];
  readonly instanceType: string;
  readonly imageId: string;
  readonly zone: string;
  readonly resources: Resources;
  readonly attributes: readonly InstanceAttribute[];
  readonly versionInfo: Wire<VersionInfo>;
  readonly capacityProvider?: string;
  readonly tags: Tags;
}

const agentVersion: Wire<VersionInfo> = {
  agentVersion: '1.89.0',
  agentHash: '00000000',
  dockerVersion: 'DockerVersion: 25.0.6',
};

const capabilities = [
  'com.amazonaws.ecs.capability.privileged-container',
  ...[17, 18, 19, 20, 21, 22, 23, 24, 25, 29, 30, 31, 32, 44].map(
    (minor) => `com.amazonaws.ecs.capability.docker-remote-api.1.${minor}`,
  ),
  ...['json-file', 'syslog', 'awslogs', 'none'].map(
    (driver) => `com.amazonaws.ecs.capability.logging-driver.${driver}`,
  ),
  'com.amazonaws.ecs.capability.ecr-auth',
  'com.amazonaws.ecs.capability.task-iam-role',
  'com.amazonaws.ecs.capability.task-iam-role-network-host',
  ...[
    'execution-role-ecr-pull',
    'execution-role-awslogs',
    'secrets.asm.environment-variables',
    'secrets.asm.bootstrap.log-driver',
    'secrets.ssm.environment-variables',
    'secrets.ssm.bootstrap.log-driver',
    'private-registry-authentication.secretsmanager',
    'container-health-check',
    'container-ordering',
    'container-restart-policy',
    'task-cpu-mem-limit',
    'task-eni',
    'docker-plugin.local',
    'env-files.s3',
    'extensible-ephemeral-storage',
    'efsAuth',
    'efs',
    'aws-appmesh',
    'firelens.fluentd',
    'firelens.fluentbit',
    'pid-ipc-namespace-sharing',
    'increased-task-cpu-limit',
    'execute-command',
  ].map((name) => `ecs.capability.${name}`),
];

/** A new instance in ACTIVE, version 1, not yet stored. */
export function newInstance(context: EcsContext, cluster: ClusterRecord, host: Host): InstanceRecord {
  const id = context.ids.hex(32);
  return {
    id,
    arn: context.arns.containerInstance(cluster.name, id),
    cluster: cluster.name,
    clusterArn: cluster.arn,
    hostId: host.hostId,
    launchType: host.launchType,
    status: 'ACTIVE',
    agentConnected: true,
    version: 1,
    versionInfo: host.versionInfo,
    registered: host.resources,
    attributes: attributesOf(context, host),
    ...(host.capacityProvider === undefined ? {} : { capacityProvider: host.capacityProvider }),
    zone: host.zone,
    tags: host.tags,
    registeredAt: context.clock.now(),
  };
}

/** What ECS and the agent set themselves, then what was given: the last of a name holds. */
function attributesOf(context: EcsContext, host: Host): readonly InstanceAttribute[] {
  const architecture = instanceType(host.instanceType)?.architecture ?? 'x86_64';
  const all: InstanceAttribute[] = [
    ...capabilities.map((name) => ({ name })),
    { name: 'ecs.os-type', value: 'linux' },
    { name: 'ecs.os-family', value: 'LINUX' },
    { name: 'ecs.cpu-architecture', value: architecture },
    ...(host.launchType === 'EXTERNAL'
      ? [{ name: 'ecs.capability.external' }]
      : [
          { name: 'ecs.availability-zone', value: host.zone },
          { name: 'ecs.instance-type', value: host.instanceType },
          { name: 'ecs.ami-id', value: host.imageId },
          { name: 'ecs.vpc-id', value: 'vpc-00000000' },
          { name: 'ecs.subnet-id', value: `subnet-${context.region}${host.zone.slice(-1)}` },
        ]),
    ...host.attributes,
  ];
  return [...new Map(all.map((attribute) => [attribute.name, attribute])).values()];
}

/** Reads what an agent sends; what it leaves out follows from the instance type that its document names. */
export function hostOf(context: EcsContext, input: Wire<RegisterContainerInstanceRequest>, tags: Tags): Host {
  const document = readDocument(input.instanceIdentityDocument);
  const attributes = (input.attributes ?? []).map(({ name, value }) => ({
    name: name ?? '',
    ...(value === undefined ? {} : { value }),
  }));
  const attributeValue = (name: string) => attributes.find((attribute) => attribute.name === name)?.value;
  const type = document.instanceType ?? attributeValue('ecs.instance-type') ?? defaultInstanceType;
  const isExternal = attributes.some(({ name }) => name === 'ecs.capability.external');
  return {
    hostId: document.instanceId ?? `${isExternal ? 'mi' : 'i'}-${context.ids.hex(17)}`,
    launchType: isExternal ? 'EXTERNAL' : 'EC2',
    instanceType: type,
    imageId: document.imageId ?? attributeValue('ecs.ami-id') ?? `ami-${context.ids.hex(17)}`,
    zone: document.availabilityZone ?? attributeValue('ecs.availability-zone') ?? `${context.region}a`,
    resources: resourcesOf(input.totalResources, instanceType(type)),
    attributes,
    versionInfo: input.versionInfo ?? agentVersion,
    tags,
  };
}

/** A host that Local AWS is asked to have: the type's size, and an agent of today. */
export function madeHost(
  context: EcsContext,
  wanted: Pick<Host, 'launchType' | 'instanceType' | 'zone'> & { readonly capacityProvider?: string },
  size: InstanceType,
): Host {
  return {
    ...wanted,
    hostId: `${wanted.launchType === 'EXTERNAL' ? 'mi' : 'i'}-${context.ids.hex(17)}`,
    imageId: 'ami-00000000000000000',
    resources: { cpu: size.cpu, memory: size.memory, ports: reservedPorts, portsUdp: [] },
    attributes: [],
    versionInfo: agentVersion,
    tags: [],
  };
}

type Document = Readonly<
  Partial<Record<'instanceId' | 'instanceType' | 'imageId' | 'availabilityZone', string>>
>;

function readDocument(text: string | undefined): Document {
  if (text === undefined) return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) return onlyStrings(parsed);
  } catch {
    // Told to the caller below.
  }
  throw clientError('The instance identity document is not valid.');
}

function onlyStrings(value: object): Document {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => typeof member === 'string'));
}

/** Tests register without sizes: then those of the type, or of moderate size for a type that is not known. */
function resourcesOf(
  given: readonly Wire<Resource>[] | undefined,
  type: InstanceType | undefined,
): Resources {
  const { cpu, memory } = type ?? { cpu: 4096, memory: 7482 };
  const number = (name: string) => {
    const resource = given?.find((entry) => entry.name === name);
    return resource?.integerValue ?? resource?.longValue ?? resource?.doubleValue;
  };
  const ports = (name: string) => {
    const listed = given?.find((entry) => entry.name === name)?.stringSetValue;
    return listed?.map((port) => {
      if (!/^\d{1,5}$/.test(port)) throw invalid(`${name} holds ${port.slice(0, 20)}, which is no port.`);
      return Number(port);
    });
  };
  const resources = {
    cpu: number('CPU') ?? cpu,
    memory: number('MEMORY') ?? memory,
    ports: ports('PORTS') ?? reservedPorts,
    portsUdp: ports('PORTS_UDP') ?? [],
  };
  if (resources.cpu < 0 || resources.memory < 0) throw invalid('totalResources must not be negative.');
  return resources;
}
