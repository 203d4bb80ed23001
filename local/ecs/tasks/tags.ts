import type { RunTaskRequest } from '@aws-sdk/client-ecs';
import type { ClusterRecord, DefinitionRecord, Tags } from '../model.ts';
import { checkTags } from '../validation/common.ts';
import type { Wire } from '../wire.ts';

type Asked = Pick<Wire<RunTaskRequest>, 'tags' | 'propagateTags' | 'enableECSManagedTags'>;

/**
 * The tags of a task that RunTask or StartTask starts: those given before the definition's of the same key, then ECS's
 * own. Throws an InvalidParameterException for tags that ECS does not take.
 */
export function tagsOfTask(cluster: ClusterRecord, definition: DefinitionRecord, asked: Asked): Tags {
  const given = checkTags(asked.tags);
  const keys = new Set(given.map(({ key }) => key));
  const inherited = asked.propagateTags === 'TASK_DEFINITION' ? definition.tags : [];
  const managed = asked.enableECSManagedTags ? [{ key: 'aws:ecs:clusterName', value: cluster.name }] : [];
  return [...given, ...inherited.filter(({ key }) => !keys.has(key)), ...managed];
}
