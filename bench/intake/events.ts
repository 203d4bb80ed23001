import { account, environmentName, region } from '../functions/environment.ts';

/** Tasks whose lives are told, stage by stage, as ECS on Fargate does. */
export interface Lives {
  /** Makes the tasks others than those of any other lives. */
  readonly run: string;
  readonly tasks: number;
  /** Services that the tasks belong to, in equal parts; none for tasks that somebody ran by themselves. */
  readonly services: readonly string[];
}

type Stage = readonly [lastStatus: string, desiredStatus: string];

/** Each is an event; its place is the version. */
export const stages: readonly Stage[] = [
  ['PROVISIONING', 'RUNNING'],
  ['PENDING', 'RUNNING'],
  ['ACTIVATING', 'RUNNING'],
  ['RUNNING', 'RUNNING'],
  ['RUNNING', 'STOPPED'],
  ['DEPROVISIONING', 'STOPPED'],
  ['STOPPED', 'STOPPED'],
];

const arn = (rest: string) => `arn:aws:ecs:${region}:${account}:${rest}`;
const clusterArn = arn(`cluster/${environmentName}`);
const startsAtMs = Date.parse('2026-11-22T10:00:00Z');

/** The lives of all tasks, all of them at one stage after the other: no two events of a task are near each other. */
export function taskEvents(lives: Lives): readonly object[] {
  return stages.flatMap((_, index) => eventsAt(lives, index));
}

/** What tells of the stage `index` of each task. */
export function eventsAt(lives: Lives, index: number): readonly object[] {
  return Array.from({ length: lives.tasks }, (_, task) => taskEvent(lives, task, index));
}

export function taskArnOf({ run }: Lives, task: number): string {
  return arn(`task/${environmentName}/${run}${String(task).padStart(32 - run.length, '0')}`);
}

function taskEvent(lives: Lives, task: number, index: number): object {
  const at = new Date(startsAtMs + index * 9_137).toISOString();
  const taskArn = taskArnOf(lives, task);
  return {
    version: '0',
    id: `${lives.run.padStart(8, '0')}-0000-4000-8000-${String(task * stages.length + index).padStart(12, '0')}`,
    'detail-type': 'ECS Task State Change',
    source: 'aws.ecs',
    account,
    time: at,
    region,
    resources: [taskArn],
    detail: detailOf(lives, task, taskArn, index, at),
  };
}

/** As large as ECS's: a task on Fargate with two side-cars, one of them with overrides. */
function detailOf(lives: Lives, task: number, taskArn: string, index: number, at: string): object {
  const { services, tasks } = lives;
  const service = services[Math.floor((task * services.length) / tasks)];
  const [lastStatus = '', desiredStatus = ''] = stages[index] ?? [];
  const address = `10.0.${task >> 8}.${task & 255}`;
  const family = `berth-${environmentName}-${service ?? 'once'}`;
  return {
    attachments: [attachment(task, address)],
    attributes: [{ name: 'ecs.cpu-architecture', value: 'arm64' }],
    availabilityZone: `${region}a`,
    capacityProviderName: 'FARGATE',
    clusterArn,
    connectivity: 'CONNECTED',
    connectivityAt: at,
    containers: ['main', 'aws-otel-collector', 'aws-guardduty-agent-nm40lC'].map((name) =>
      container(name, taskArn, lastStatus, address),
    ),
    cpu: '256',
    createdAt: new Date(startsAtMs).toISOString(),
    desiredStatus,
    enableExecuteCommand: false,
    ephemeralStorage: { sizeInGiB: 20 },
    group: service === undefined ? `family:${family}` : `service:${service}`,
    launchType: 'FARGATE',
    lastStatus,
    memory: '512',
    overrides: { containerOverrides: [{ name: 'main' }, agentOverrides, { name: 'aws-otel-collector' }] },
    platformVersion: '1.4.0',
    ...(index >= 3 && { startedAt: new Date(startsAtMs + 3 * 9_137).toISOString() }),
    ...(desiredStatus === 'STOPPED' && stopping),
    ...(lastStatus === 'STOPPED' && { stoppedAt: at, executionStoppedAt: at }),
    startedBy: 'ecs-svc/1234567890123456789',
    taskArn,
    taskDefinitionArn: arn(`task-definition/${family}:5`),
    updatedAt: at,
    version: index + 1,
  };
}

const stopping = {
  stopCode: 'ServiceSchedulerInitiated',
  stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/1234567890123456789)',
};

const agentOverrides = {
  environment: Object.entries({
    CLUSTER_NAME: environmentName,
    REGION: region,
    HOST_PROC: '/host_proc',
    AGENT_RUNTIME_ENVIRONMENT: 'ecsfargate',
    STAGE: 'prod',
  }).map(([name, value]) => ({ name, value })),
  memory: 128,
  name: 'aws-guardduty-agent-nm40lC',
};

function attachment(task: number, address: string): object {
  const details = {
    subnetId: 'subnet-0d0eab1bb38d5ca64',
    networkInterfaceId: `eni-${String(task).padStart(17, '0')}`,
    macAddress: '0e:50:d1:c1:77:81',
    privateDnsName: `ip-${address.replaceAll('.', '-')}.ec2.internal`,
    privateIPv4Address: address,
  };
  return {
    id: `fe3a9a46-6a47-40ee-afd9-${String(task).padStart(12, '0')}`,
    type: 'eni',
    status: 'ATTACHED',
    details: Object.entries(details).map(([name, value]) => ({ name, value })),
  };
}

function container(name: string, taskArn: string, lastStatus: string, address: string): object {
  const id = taskArn.slice(taskArn.lastIndexOf('/') + 1);
  return {
    containerArn: `${taskArn.replace(':task/', ':container/')}/a0a99b87-baa8-4bf6-b9f1-a9a95917a635`,
    lastStatus,
    name,
    image: `${account}.dkr.ecr.${region}.amazonaws.com/${name}:1.4.2`,
    imageDigest: `sha256:${'c15da6c9'.repeat(8)}`,
    runtimeId: `${id}-0265927825`,
    taskArn,
    networkInterfaces: [
      { attachmentId: 'fe3a9a46-6a47-40ee-afd9-7952ae90a75a', privateIpv4Address: address },
    ],
    cpu: name === 'main' ? '99' : 'null',
    ...(lastStatus === 'STOPPED' && { exitCode: 0 }),
  };
}
