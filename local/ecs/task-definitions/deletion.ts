import type { EcsContext } from '../context.ts';
import type { DefinitionRecord } from '../model.ts';
import { taskOwners } from '../state.ts';

/** A revision that was asked to be deleted can be seen for at least this long. */
const deletionMs = 60_000;

/** Whether a DELETE_IN_PROGRESS revision is past its time and nothing uses it: then it is not there any more. */
export function isForgotten(context: EcsContext, record: DefinitionRecord): boolean {
  if (record.definition.status !== 'DELETE_IN_PROGRESS') return false;
  const requestedAt = (record.definition.deleteRequestedAt ?? 0) * 1000;
  return context.clock.now() - requestedAt >= deletionMs && !isUsed(context, record);
}

/** Takes the rows of forgotten revisions out of the journal; their numbers are not given again. */
export function forgetDeleted(context: EcsContext): void {
  for (const record of [...context.state.definitions.values()]) {
    if (isForgotten(context, record)) context.state.definitions.delete(record.key);
  }
}

function isUsed(context: EcsContext, { key, family }: DefinitionRecord): boolean {
  const { clusters, tasks, services, revisions, taskSets } = context.state;
  for (const { name } of clusters.values()) {
    const ofFamily = tasks.of(taskOwners.family(name, family));
    if (ofFamily.some((task) => task.definitionKey === key && task.lastStatus !== 'STOPPED')) {
      return true;
    }
  }
  const isOf = ({ revisionArn }: { readonly revisionArn: string }) =>
    revisions.get(revisionArn)?.definitionKey === key;
  for (const service of services.values()) {
    if (service.status !== 'INACTIVE' && service.deployments.some(isOf)) return true;
  }
  return [...taskSets.values()].some(isOf);
}
