import { clusterNameOf, parseEcsArn } from '../ecs/arn.ts';
import type { TaskRecord } from '../ecs/task.ts';
import { serviceNameOf } from '../ecs/task.ts';
import { records, taskRecord, versionOf } from '../ecs/task-record.ts';
import type { JobId } from '../jobs/model.ts';
import { jobOfGroup } from '../jobs/records.ts';

/** Where events may come from: everything else is somebody else's. */
export interface Territory {
  readonly account: string;
  /** Cluster name to environment. */
  readonly environments: ReadonlyMap<string, string>;
}

/** What an event is to Berth. */
export type Intake =
  | {
      readonly is: 'task';
      readonly record: TaskRecord;
      readonly environment: string;
      readonly ecsName?: string;
      /** The job whose one task it is. */
      readonly job?: JobId;
    }
  | { readonly is: 'instance'; readonly record: InstanceRecord }
  /** It has no version: it wakes its owner, who looks for himself. */
  | { readonly is: 'hint'; readonly environment: string; readonly ecsName: string }
  /** A kind that is not known, or a known one in a form that is not: kept and counted. */
  | { readonly is: 'unrecognised'; readonly because: string }
  | { readonly is: 'foreign'; readonly because: string };

export interface InstanceRecord {
  readonly containerInstanceArn: string;
  readonly clusterArn: string;
  readonly version: number;
  readonly status: string | undefined;
  readonly agentConnected: boolean | undefined;
  readonly ec2InstanceId: string | undefined;
}

export interface EcsEvent {
  readonly id: string;
  readonly account: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An event that can be of no use to anybody, however often it is tried. */
export class Poison extends Error {
  override readonly name = 'Poison';
}

/** Reads an EventBridge envelope; throws `Poison` saying what is wrong with it. */
export function parseEvent(body: string): EcsEvent {
  const event = parseJson(body);
  const { id, account, source, detail, resources } = event;
  const detailType = event['detail-type'];
  if (typeof id !== 'string' || typeof account !== 'string' || typeof detailType !== 'string') {
    throw new Poison('an event has to have an id, an account and a detail-type');
  }
  if (source !== 'aws.ecs') throw new Poison(`the source has to be aws.ecs, not ${JSON.stringify(source)}`);
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) {
    throw new Poison('an event has to have a detail that is an object');
  }
  const names = Array.isArray(resources) ? resources.filter((name) => typeof name === 'string') : [];
  return { id, account, detailType, resources: names, detail: detail as Record<string, unknown> };
}

function parseJson(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    throw new Poison('the message is not JSON');
  }
  throw new Poison('the message is not a JSON object');
}

/** Says what an event is; throws `Poison` when it claims to be what it is not. */
export function classify(event: EcsEvent, territory: Territory): Intake {
  if (event.account !== territory.account) return foreign(`account ${event.account}`);
  const kind = kinds[event.detailType];
  if (!kind) return { is: 'unrecognised', because: `detail-type ${event.detailType} is not known` };
  return kind(event, territory);
}

type Kind = (event: EcsEvent, territory: Territory) => Intake;

const kinds: Readonly<Record<string, Kind>> = {
  'ECS Task State Change': task,
  'ECS Container Instance State Change': instance,
  'ECS Container Instance Health Change': instance,
  'ECS Service Action': hint,
  'ECS Deployment State Change': hint,
  'ECS Hook State Change': hint,
  // Daemons are not Berth's to move, so what happens to them is kept and wakes nobody.
  'ECS Daemon Deployment State Change': daemon,
  'ECS Daemon Service Action': daemon,
};

function task({ detail }: EcsEvent, territory: Territory): Intake {
  const environment = environmentOf(detail.clusterArn, territory);
  if (environment === undefined) return foreign(`cluster ${String(detail.clusterArn)}`);
  if (detail.version === undefined) {
    return { is: 'unrecognised', because: 'a task event without a version cannot be put in order' };
  }
  const record = orPoison(() => taskRecord(detail));
  if (environmentOf(record.taskArn, territory, 'task') === undefined)
    return foreign(`task ${record.taskArn}`);
  const ecsName = serviceNameOf(record);
  const job = jobOfGroup(record.group);
  return {
    is: 'task',
    record,
    environment,
    ...(ecsName !== undefined && { ecsName }),
    ...(job !== undefined && { job }),
  };
}

function instance({ detail }: EcsEvent, territory: Territory): Intake {
  const { containerInstanceArn, clusterArn } = detail;
  if (environmentOf(clusterArn, territory) === undefined) return foreign(`cluster ${String(clusterArn)}`);
  if (typeof containerInstanceArn !== 'string' || typeof clusterArn !== 'string') {
    throw new Poison('detail.containerInstanceArn has to be a text');
  }
  if (detail.version === undefined) {
    return { is: 'unrecognised', because: 'an instance event without a version cannot be put in order' };
  }
  const version = orPoison(() => versionOf(detail.version));
  return {
    is: 'instance',
    record: {
      containerInstanceArn,
      clusterArn,
      version,
      status: typeof detail.status === 'string' ? detail.status : undefined,
      agentConnected: typeof detail.agentConnected === 'boolean' ? detail.agentConnected : undefined,
      ec2InstanceId: typeof detail.ec2InstanceId === 'string' ? detail.ec2InstanceId : undefined,
    },
  };
}

/** The service is named by `detail.serviceArn` (hooks) or by the first resource; deployments carry no cluster. */
function hint({ detail, resources }: EcsEvent, territory: Territory): Intake {
  const name = typeof detail.serviceArn === 'string' ? detail.serviceArn : resources[0];
  const arn = name === undefined ? undefined : parseEcsArn(name);
  if (arn?.resourceType !== 'service') throw new Poison('the event names no service in its resources');
  const [cluster, service] =
    arn.path.length > 1 ? arn.path : [clusterNameOf(String(detail.clusterArn ?? '')), arn.path[0]];
  const environment = cluster === undefined ? undefined : territory.environments.get(cluster);
  if (arn.account !== territory.account || environment === undefined) return foreign(`service ${name}`);
  if (service === undefined || service === '')
    throw new Poison('the event names no service in its resources');
  return { is: 'hint', environment, ecsName: service };
}

function daemon({ detail }: EcsEvent, territory: Territory): Intake {
  if (environmentOf(detail.clusterArn, territory) === undefined)
    return foreign(`cluster ${String(detail.clusterArn)}`);
  return { is: 'unrecognised', because: 'daemons are not managed by Berth' };
}

/** The environment whose cluster an ARN names, in our own account; old task ARNs name no cluster and pass. */
function environmentOf(
  arn: unknown,
  territory: Territory,
  type: 'cluster' | 'task' = 'cluster',
): string | undefined {
  const parsed = typeof arn === 'string' ? parseEcsArn(arn) : undefined;
  if (parsed?.resourceType !== type || parsed.account !== territory.account) return undefined;
  if (type === 'task' && parsed.path.length === 1) return '';
  return territory.environments.get(parsed.path[0] ?? '');
}

const foreign = (because: string): Intake => ({ is: 'foreign', because: `${because} is not ours` });

function orPoison<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new Poison(error instanceof Error ? error.message : String(error));
  }
}

/** The event without what may hold secrets: values of environment overrides are seen in clear text in events. */
export function redacted(detail: Readonly<Record<string, unknown>>): unknown {
  return JSON.parse(JSON.stringify(detail), (key, value) =>
    key === 'environment' ? hideValues(value) : value,
  );
}

const hideValues = (environment: unknown) =>
  records(environment).map(({ name }) => ({ name, value: '[redacted]' }));
