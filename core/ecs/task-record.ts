import type { ContainerRecord, TaskRecord } from './task.ts';

/**
 * A task as an event or DescribeTasks has it, in a record. The two differ in form (ISO text or epoch seconds,
 * `"null"` for nothing) and in what they leave out; the record is the same.
 *
 * Source: sample events of the ECS developer guide. Throws a `TypeError` that names what is missing.
 */
export function taskRecord(task: Readonly<Record<string, unknown>>): TaskRecord {
  return {
    taskArn: required(task, 'taskArn'),
    clusterArn: required(task, 'clusterArn'),
    version: versionOf(task.version),
    group: text(task.group),
    startedBy: text(task.startedBy),
    taskDefinitionArn: required(task, 'taskDefinitionArn'),
    lastStatus: required(task, 'lastStatus'),
    desiredStatus: required(task, 'desiredStatus'),
    stopCode: text(task.stopCode),
    stoppedReason: text(task.stoppedReason),
    availabilityZone: text(task.availabilityZone),
    launchType: text(task.launchType),
    capacityProvider: text(task.capacityProviderName),
    address: addressOf(task.attachments),
    createdAtMs: moment(task.createdAt),
    startedAtMs: moment(task.startedAt),
    stoppedAtMs: moment(task.stoppedAt),
    containers: records(task.containers).map(containerRecord),
  };
}

/** A version that ECS could have given: a positive integer that a number holds exactly. */
export function versionOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
    throw new TypeError(`detail.version has to be a positive integer, not ${describe(value)}`);
  }
  return value;
}

function containerRecord(container: Readonly<Record<string, unknown>>): ContainerRecord {
  return {
    name: text(container.name) ?? '',
    image: text(container.image),
    imageDigest: text(container.imageDigest),
    lastStatus: text(container.lastStatus),
    exitCode: typeof container.exitCode === 'number' ? container.exitCode : undefined,
    reason: text(container.reason),
  };
}

/** The address of the task's network interface, which events spell `privateIPv4Address`. */
function addressOf(attachments: unknown): string | undefined {
  const details = records(attachments).flatMap((attachment) => records(attachment.details));
  return text(details.find((detail) => detail.name === 'privateIPv4Address')?.value);
}

const maxTextLength = 4096;

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value !== 'null'
    ? value.slice(0, maxTextLength)
    : undefined;
}

function required(from: Readonly<Record<string, unknown>>, name: string): string {
  const value = text(from[name]);
  if (value === undefined)
    throw new TypeError(`detail.${name} has to be a text, not ${describe(from[name])}`);
  return value;
}

/** ISO text (with nanoseconds, at times), epoch seconds, or the SDK's Date, in epoch milliseconds. */
function moment(value: unknown): number | undefined {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'number') return Math.round(value * 1000);
  if (typeof value !== 'string') return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}

export function records(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : [];
}

function describe(value: unknown): string {
  return value === undefined ? 'missing' : (JSON.stringify(value) ?? typeof value).slice(0, 60);
}
