import type { EcsContext } from '../context.ts';
import { publishAction } from '../events.ts';
import type { DeploymentRecord, RevisionRecord, ServiceRecord, Tags } from '../model.ts';
import { say } from '../services/book.ts';
import type { TaskBook } from '../tasks/book.ts';
import { newTask } from '../tasks/create.ts';
import { chooseProvider } from '../tasks/strategy.ts';
import { liveTasks } from './snapshot.ts';

/** Starts `count` tasks of a deployment's revision; answers with the problem when they cannot be. */
export function startTasks(
  context: EcsContext,
  book: TaskBook,
  service: ServiceRecord,
  deployment: DeploymentRecord,
  count: number,
): string | undefined {
  const revision = context.state.revisions.get(deployment.revisionArn);
  const definition = revision && context.state.definitions.get(revision.definitionKey);
  if (!revision || !definition) return `the task definition ${deployment.definitionArn} no longer exists.`;
  const live = liveTasks(context, service.key);
  const providers = live.map(({ capacityProvider }) => capacityProvider);
  const started: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const capacityProvider = chooseProvider(revision.strategy, providers);
    providers.push(capacityProvider);
    const task = newTask(context, {
      cluster: { name: service.cluster, arn: service.clusterArn },
      definition,
      group: `service:${service.name}`,
      startedBy: deployment.id,
      service: { key: service.key, revisionArn: revision.arn, deploymentId: deployment.id },
      ...placement(revision, capacityProvider),
      ...(revision.network ? { network: revision.network } : {}),
      ordinal: live.length + index,
      enableExecuteCommand: revision.enableExecuteCommand,
      tags: tagsOf(service, revision, definition.tags),
    });
    book.add(task);
    started.push(`(task ${task.id})`);
  }
  say(context, service.key, `has started ${count} tasks: ${started.join(' ')}.`);
  publishAction(context, service, 'TASKS_STARTED');
  return undefined;
}

function placement(revision: RevisionRecord, capacityProvider: string | undefined) {
  const launchType = revision.launchType ?? (capacityProvider?.startsWith('FARGATE') ? 'FARGATE' : undefined);
  return {
    ...(launchType === undefined ? {} : { launchType }),
    ...(capacityProvider === undefined ? {} : { capacityProvider }),
    ...(revision.platformVersion === undefined ? {} : { platformVersion: revision.platformVersion }),
  };
}

function tagsOf(service: ServiceRecord, revision: RevisionRecord, definitionTags: Tags): Tags {
  const managed = service.enableManagedTags
    ? [
        { key: 'aws:ecs:clusterName', value: service.cluster },
        { key: 'aws:ecs:serviceName', value: service.name },
      ]
    : [];
  if (revision.propagateTags === 'SERVICE') return [...service.tags, ...managed];
  if (revision.propagateTags === 'TASK_DEFINITION') return [...definitionTags, ...managed];
  return managed;
}
