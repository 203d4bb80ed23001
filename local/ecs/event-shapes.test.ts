import { describe, expect, it } from 'vitest';
import type { ServiceEvent } from './engine.ts';
import { documented, type Shape } from './fixtures/documented-events.ts';
import {
  breaker,
  crowded,
  onFargate,
  onInstances,
  onSpot,
  paused,
  service,
} from './fixtures/event-worlds.ts';
import { emptyLists, shapeOf } from './fixtures/shape-of.ts';
import type { Bench } from './testing.ts';

type Detail = ServiceEvent['detail'];
type Reasons = Readonly<Record<string, string>>;

/** The first event of the type whose detail has these members. */
function eventOf({ events }: Bench, type: string, members: Detail): ServiceEvent {
  const found = events.find(
    (event) =>
      event['detail-type'] === `ECS ${type}` &&
      Object.entries(members).every(([name, value]) => event.detail[name] === value),
  );
  if (!found) throw new Error(`no event ECS ${type} with ${JSON.stringify(members)}`);
  return found;
}

const because = (why: string, ...paths: readonly string[]): Reasons =>
  Object.fromEntries(paths.map((path) => [`detail.${path}`, why]));

const pathsOf = (shape: Shape, pattern: RegExp) =>
  Object.keys(shape)
    .filter((path) => pattern.test(path))
    .map((path) => path.replace('detail.', ''));

const noDigest = because('scripted containers have no image', 'containers[].imageDigest');
const noProvider = because('run by launch type', 'capacityProviderName');
const noSideCar = because(
  'of the GuardDuty side-car, which Local AWS does not add',
  'overrides.containerOverrides[].environment[].name',
  'overrides.containerOverrides[].environment[].value',
  'overrides.containerOverrides[].memory',
);
const notYet = because(
  'comes later in its life',
  ...['connectivity', 'connectivityAt', 'pullStartedAt', 'pullStoppedAt', 'startedAt'],
  ...['containers[].imageDigest', 'containers[].runtimeId'],
  ...pathsOf(documented.taskOnFargate, /networkInterfaces/),
);
const whyLong = because(
  'as DescribeContainerInstances has it',
  ...['registeredResources', 'remainingResources'].flatMap((member) =>
    ['doubleValue', 'longValue'].map((value) => `${member}[].${value}`),
  ),
  'attributes[].value',
);
const fractions = because('a sample with made-up times: those of other events have fractions', 'updatedAt');
const told = because('the reason of the deployment, which the documentation does not show', 'reason');

interface Case {
  readonly name: string;
  readonly shape: Shape;
  readonly world: () => Promise<Bench>;
  readonly type: string;
  readonly members: Detail;
  /** Why it has members that no sample has. */
  readonly surplus?: Reasons;
  /** Why it has not what a sample has. */
  readonly missing?: Reasons;
  readonly empty?: readonly string[];
  readonly detail?: Detail;
  /** What `resources` names. */
  readonly resource: 'task' | 'container-instance' | 'service' | 'service-deployment';
}

const task = { type: 'Task State Change', resource: 'task' } as const;
const action = { type: 'Service Action', resource: 'service' } as const;
const deployment = { type: 'Deployment State Change', resource: 'service' } as const;

const cases: readonly Case[] = [
  {
    name: 'a task on Fargate that runs',
    ...task,
    shape: documented.taskOnFargate,
    world: onFargate,
    members: { lastStatus: 'RUNNING', desiredStatus: 'RUNNING' },
    missing: { ...noDigest, ...noSideCar },
    detail: {
      launchType: 'FARGATE',
      capacityProviderName: 'FARGATE_SPOT',
      platformVersion: '1.4.0',
      attachments: [
        expect.objectContaining({
          type: 'eni',
          status: 'ATTACHED',
          details: [
            'subnetId',
            'networkInterfaceId',
            'macAddress',
            'privateDnsName',
            'privateIPv4Address',
          ].map((name) => expect.objectContaining({ name })),
        }),
      ],
    },
  },
  {
    name: 'a task on Fargate at its beginning',
    ...task,
    shape: documented.taskOnFargate,
    world: onFargate,
    members: { lastStatus: 'PROVISIONING' },
    missing: { ...notYet, ...noSideCar },
    empty: ['detail.containers[].networkInterfaces'],
    detail: {
      version: 1,
      attachments: [
        {
          id: expect.any(String),
          type: 'eni',
          status: 'PRECREATED',
          details: [{ name: 'subnetId', value: 'subnet-a' }],
        },
      ],
    },
  },
  {
    name: 'a notice that Spot takes its capacity back',
    ...task,
    shape: { ...documented.taskOnFargate, ...documented.spotNotice },
    world: onFargate,
    members: { lastStatus: 'RUNNING', desiredStatus: 'STOPPED' },
    surplus: because('the sample is an excerpt; the API has it', 'stoppingAt'),
    missing: { ...noDigest, ...noSideCar },
    detail: { stopCode: 'TerminationNotice', stoppedReason: 'Your Spot Task was interrupted.' },
  },
  {
    name: 'a task that has stopped',
    ...task,
    shape: documented.taskOnFargate,
    world: onFargate,
    members: { lastStatus: 'STOPPED' },
    surplus: because(
      'no sample is of a stopped task; the API has it',
      ...['stopCode', 'stoppedReason', 'stoppingAt', 'executionStoppedAt', 'stoppedAt'],
      'containers[].exitCode',
    ),
    missing: { ...noDigest, ...noSideCar },
  },
  {
    name: 'a task with an interface of its own on a container instance',
    ...task,
    shape: documented.taskOnInstance,
    world: () => onInstances('awsvpc'),
    members: { lastStatus: 'RUNNING' },
    missing: { ...noDigest, ...noProvider },
    detail: { launchType: 'EC2' },
  },
  {
    name: 'a task that shares the network of its container instance',
    ...task,
    shape: documented.taskOnInstance,
    world: () => onInstances('bridge'),
    members: { lastStatus: 'RUNNING' },
    surplus: because(
      'samples are of awsvpc; as the API has it',
      ...['bindIP', 'containerPort', 'hostPort', 'protocol'].map(
        (name) => `containers[].networkBindings[].${name}`,
      ),
    ),
    missing: {
      ...noDigest,
      ...noProvider,
      ...because('not awsvpc', ...pathsOf(documented.taskOnInstance, /attachments|networkInterfaces/)),
    },
    empty: ['detail.attachments', 'detail.containers[].networkInterfaces'],
  },
  {
    name: 'a container instance',
    type: 'Container Instance State Change',
    resource: 'container-instance',
    shape: documented.containerInstance,
    world: () => onInstances('bridge'),
    members: { status: 'ACTIVE' },
    surplus: whyLong,
    empty: ['registeredResources', 'remainingResources'].map((member) => `detail.${member}[].stringSetValue`),
    detail: { version: 1 },
  },
  {
    name: 'a steady state',
    ...action,
    shape: documented.action,
    world: service,
    members: { eventName: 'SERVICE_STEADY_STATE' },
    detail: { eventType: 'INFO' },
  },
  {
    name: 'tasks that were started',
    ...action,
    shape: documented.action,
    world: service,
    members: { eventName: 'TASKS_STARTED' },
    detail: { eventType: 'INFO' },
  },
  {
    name: 'tasks that were stopped',
    ...action,
    shape: documented.action,
    world: () => service({}, 'good'),
    members: { eventName: 'TASKS_STOPPED' },
    detail: { eventType: 'INFO' },
  },
  {
    name: 'starts that fail',
    ...action,
    shape: documented.action,
    world: () => service({}, 'broken'),
    members: { eventName: 'SERVICE_TASK_START_IMPAIRED' },
    detail: { eventType: 'WARN' },
  },
  {
    name: 'no place on a container instance',
    ...action,
    shape: documented.placementOnInstances,
    world: crowded,
    members: { eventName: 'SERVICE_TASK_PLACEMENT_FAILURE' },
    detail: { eventType: 'ERROR', reason: 'RESOURCE:CPU' },
  },
  {
    name: 'no Spot capacity',
    ...action,
    shape: documented.placementOnSpot,
    world: () => service(onSpot),
    members: { eventName: 'SERVICE_TASK_PLACEMENT_FAILURE' },
    detail: {
      eventType: 'ERROR',
      reason: 'RESOURCE:FARGATE',
      capacityProviderArns: ['arn:aws:ecs:us-east-1:000000000000:capacity-provider/FARGATE_SPOT'],
    },
  },
  ...(['IN_PROGRESS', 'COMPLETED', 'FAILED'] as const).flatMap((state): Case[] => {
    const eventName = `SERVICE_DEPLOYMENT_${state}`;
    const world = () => service(breaker, 'broken');
    const detail = { eventType: state === 'FAILED' ? 'ERROR' : 'INFO' };
    return [
      {
        name: `a deployment that is ${state}`,
        ...{ ...deployment, world, detail },
        shape: documented.deployment,
        members: { eventName },
        surplus: fractions,
        missing: fractions,
      },
      {
        name: `the service's word of a deployment that is ${state}`,
        ...{ ...action, world, detail },
        shape: documented.action,
        members: { eventName },
        surplus: told,
      },
    ];
  }),
  {
    name: 'a hook that waits',
    type: 'Hook State Change',
    resource: 'service-deployment',
    shape: documented.hook,
    world: () => service(paused, 'good'),
    members: { eventName: 'HOOK_AWAITING_ACTION' },
    detail: { eventType: 'INFO', hookType: 'PAUSE', hookId: expect.stringMatching(/^ecs-pause-.{43}$/) },
  },
];

describe('events have the members of AWS’s samples, and no others without a reason', () => {
  it.each(cases)('$name', async ({ shape, world, type, members, resource, ...expected }) => {
    const b = await world();
    const event = eventOf(b, type, members);
    const { surplus = {}, missing = {}, empty = [] } = expected;
    const own = shapeOf(event);
    const isSame = (path: string) => own[path] === shape[path];
    expect(
      Object.keys(own)
        .filter((path) => !isSame(path))
        .sort(),
    ).toEqual(Object.keys(surplus).sort());
    expect(
      Object.keys(shape)
        .filter((path) => !isSame(path))
        .sort(),
    ).toEqual(Object.keys(missing).sort());
    expect([...new Set(emptyLists(event))].sort()).toEqual([...empty].sort());
    expect(event).toMatchObject({ version: '0', source: 'aws.ecs', resources: [expect.any(String)] });
    expect(event.resources[0]).toMatch(
      new RegExp(`^arn:aws:ecs:us-east-1:000000000000:${resource}/default/`),
    );
    expect(event.detail).toMatchObject(expected.detail ?? {});
    await b.engine.stop();
  });
});

it('an event names the roll-back’s deployment and reason as the sample does', async () => {
  const b = await service(breaker, 'broken');
  const told = b.events.filter((event) => event['detail-type'] === 'ECS Deployment State Change');
  const [first, , second] = told.map(({ detail }) => detail.deploymentId);
  expect(told.map(({ detail }) => [detail.eventName, detail.deploymentId, detail.reason])).toEqual([
    ['SERVICE_DEPLOYMENT_IN_PROGRESS', first, `ECS deployment ${first} in progress.`],
    ['SERVICE_DEPLOYMENT_COMPLETED', first, `ECS deployment ${first} completed.`],
    ['SERVICE_DEPLOYMENT_IN_PROGRESS', second, `ECS deployment ${second} in progress.`],
    ['SERVICE_DEPLOYMENT_FAILED', second, 'ECS deployment circuit breaker: tasks failed to start.'],
    [
      'SERVICE_DEPLOYMENT_IN_PROGRESS',
      first,
      `ECS deployment circuit breaker: rolling back to deploymentId ${first}.`,
    ],
    ['SERVICE_DEPLOYMENT_COMPLETED', first, `ECS deployment ${first} completed.`],
  ]);
  await b.engine.stop();
});
