import { isArn } from '../arns.ts';
import type { EcsContext } from '../context.ts';
import { clientError, clusterInactive, clusterNotFound, invalid } from '../errors.ts';
import type { ClusterRecord, DefinitionRecord, ServiceRecord, TaskRecord } from '../model.ts';
import { serviceKeyOf } from '../model.ts';
import { isForgotten } from '../task-definitions/deletion.ts';
import { refuseUnrunnable } from '../validation/runnable.ts';

/** How callers name things: by name or ARN, clusters by default `default`. */

/** The cluster's name, whether or not it exists; undefined for an ARN of another account, region or kind. */
export function clusterNameOf(context: EcsContext, reference = 'default'): string | undefined {
  if (!isArn(reference)) return reference;
  const parts = context.arns.parts(reference, 'cluster');
  return parts?.length === 1 ? parts[0] : undefined;
}

export function findCluster(context: EcsContext, reference: string | undefined): ClusterRecord | undefined {
  const name = clusterNameOf(context, reference);
  return name === undefined ? undefined : context.state.clusters.get(name);
}

/** ClusterNotFoundException unless the cluster exists and is ACTIVE. */
export function activeCluster(context: EcsContext, reference: string | undefined): ClusterRecord {
  const cluster = findCluster(context, reference);
  if (!cluster) throw clusterNotFound();
  if (cluster.status !== 'ACTIVE') throw clusterInactive();
  return cluster;
}

/** A capacity provider's name, whether or not it exists; undefined for an ARN of another account, region or kind. */
export function capacityProviderNameOf(context: EcsContext, reference: string): string | undefined {
  if (!isArn(reference)) return reference;
  const parts = context.arns.parts(reference, 'capacity-provider');
  return parts?.length === 1 ? parts[0] : undefined;
}

export function findService(
  context: EcsContext,
  cluster: ClusterRecord,
  reference: string | undefined,
): ServiceRecord | undefined {
  const name = partOf(context, cluster, reference ?? '', 'service');
  return name === undefined ? undefined : context.state.services.get(serviceKeyOf(cluster.name, name));
}

export function findTask(
  context: EcsContext,
  cluster: ClusterRecord,
  reference: string,
): TaskRecord | undefined {
  const id = partOf(context, cluster, reference, 'task');
  const task = id === undefined ? undefined : context.state.tasks.get(id);
  return task?.cluster === cluster.name ? task : undefined;
}

/**
 * The last part of an ARN within the cluster, or the name itself; undefined for what is no such thing of this
 * account. ARNs of the old format, which do not name a cluster, are understood. InvalidParameterException for what lies
 * in another cluster, as a forgotten `cluster` makes it.
 */
function partOf(
  context: EcsContext,
  cluster: ClusterRecord,
  reference: string,
  type: 'service' | 'task',
): string | undefined {
  if (!isArn(reference)) return reference;
  const parts = context.arns.parts(reference, type);
  if (parts?.length === 1) return parts[0];
  if (parts?.length !== 2) return undefined;
  if (parts[0] !== cluster.name) {
    throw invalid(
      `Invalid identifier: Identifier is for cluster ${parts[0]}. Your cluster is ${cluster.name}`,
    );
  }
  return parts[1];
}

/** `family:revision` or the ARN of one; ClientException when the revision is left out, undefined when there is none. */
export function findRevision(context: EcsContext, reference: string): DefinitionRecord | undefined {
  const name = reference.slice(reference.lastIndexOf('/') + 1);
  if (!name.includes(':')) throw clientError('Revision is missing.');
  const revision = name.slice(name.indexOf(':') + 1);
  if (!/^\d+$/.test(revision))
    throw clientError(`Invalid revision number. Number: ${revision.slice(0, 100)}`);
  return findDefinition(context, reference);
}

/** `family` (its latest ACTIVE revision), `family:revision` or an ARN; undefined when there is none. */
export function findDefinition(context: EcsContext, reference: string): DefinitionRecord | undefined {
  const text = isArn(reference) ? context.arns.parts(reference, 'task-definition')?.join('/') : reference;
  if (text === undefined) return undefined;
  if (text.includes(':')) {
    const named = context.state.definitions.get(text);
    return named && isForgotten(context, named) ? undefined : named;
  }
  const family = context.state.families.get(text);
  for (let revision = family?.lastRevision ?? 0; revision > 0; revision -= 1) {
    const record = context.state.definitions.get(`${text}:${revision}`);
    if (record?.definition.status === 'ACTIVE') return record;
  }
  return undefined;
}

/** What may be run: ClientException for what does not exist, InvalidParameterException for what is INACTIVE. */
export function runnableDefinition(context: EcsContext, reference: string | undefined): DefinitionRecord {
  const record = reference ? findDefinition(context, reference) : undefined;
  if (!record) throw clientError('TaskDefinition not found.');
  if (record.definition.status !== 'ACTIVE') throw invalid('TaskDefinition is inactive');
  refuseUnrunnable(record.definition);
  return record;
}

/** The roles that a task definition gives to its tasks; none where it is not there. */
export function rolesOf(context: EcsContext, reference: string): readonly string[] {
  const { executionRoleArn, taskRoleArn } = findDefinition(context, reference)?.definition ?? {};
  return [executionRoleArn, taskRoleArn].flatMap((role) => role ?? []);
}
