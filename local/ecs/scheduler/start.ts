import type { EcsContext } from '../context.ts';
import { publishAction } from '../events.ts';
import type { DefinitionRecord, DeploymentRecord, RevisionRecord, ServiceRecord, Tags } from '../model.ts';
import { emptyMessage, type Found, findPlace, placeOf, runsOnFargate, wishOf } from '../placement/assign.ts';
import { refusalOf } from '../placement/place.ts';
import { instanceSnapshot } from '../placement/snapshot.ts';
import { say } from '../services/book.ts';
import type { TaskBook } from '../tasks/book.ts';
import { newTask } from '../tasks/create.ts';
import { chooseProvider } from '../tasks/strategy.ts';
import { acceptConstraints, acceptStrategies } from '../validation/placement.ts';
import { liveTasks } from './snapshot.ts';
import { type Trouble, troubleOf } from './unplaced.ts';

/** What tasks are started for: a deployment or a task set. */
export type Unit = Pick<DeploymentRecord, 'id' | 'revisionArn' | 'definitionArn'>;

/** How many tasks are to start, and of a DAEMON on which container instances. */
export interface Starts {
  readonly count: number;
  readonly instanceIds?: readonly string[];
}

/**
 * Starts tasks of a unit's revision, each where it finds a place, or one on each of `instanceIds`; answers with what
 * stood in the way of the first that found none.
 */
export function startTasks(
  context: EcsContext,
  book: TaskBook,
  service: ServiceRecord,
  unit: Unit,
  { count, instanceIds }: Starts,
): Trouble | undefined {
  const revision = context.state.revisions.get(unit.revisionArn);
  const definition = revision && context.state.definitions.get(revision.definitionKey);
  if (!revision || !definition) return goneDefinition(unit);
  const started: string[] = [];
  let trouble: Trouble | undefined;
  for (let index = 0; index < count; index += 1) {
    const capacityProvider = nextProvider(context, service, revision);
    const seeker = seekerOf(service, revision, definition, capacityProvider);
    const instanceId = instanceIds?.[index];
    const found =
      instanceId === undefined ? findPlace(context, seeker) : onInstance(context, seeker, instanceId);
    if (found.kind === 'nowhere' || found.kind === 'no-capacity') {
      trouble ??= troubleOf(context, found, capacityProvider, emptyMessage(capacityProvider));
      continue;
    }
    const task = newTask(context, {
      cluster: { name: service.cluster, arn: service.clusterArn },
      definition,
      group: seeker.group,
      startedBy: unit.id,
      service: { key: service.key, revisionArn: revision.arn, deploymentId: unit.id },
      ...placement(revision, capacityProvider),
      ...(revision.network ? { network: revision.network } : {}),
      place: placeOf(found),
      enableExecuteCommand: revision.enableExecuteCommand,
      tags: tagsOf(service, revision, definition.tags),
    });
    book.add(task);
    started.push(`(task ${task.id})`);
  }
  if (started.length > 0) {
    say(context, service.key, `has started ${started.length} tasks: ${started.join(' ')}.`);
    publishAction(context, service, 'TASKS_STARTED');
  }
  return trouble;
}

function goneDefinition({ definitionArn }: Unit): Trouble {
  const reason = `the task definition ${definitionArn} no longer exists.`;
  const message = `was unable to place a task. Reason: ${reason}`;
  return { event: 'SERVICE_TASK_CONFIGURATION_FAILURE', reason, message, about: {} };
}

/** Only what is to stay counts for base and weights: a task that leaves makes room for another of its provider. */
function nextProvider(
  context: EcsContext,
  service: ServiceRecord,
  revision: RevisionRecord,
): string | undefined {
  if (revision.strategy.length === 0) return undefined;
  const providers = liveTasks(context, service.key)
    .filter((task) => task.desiredStatus === 'RUNNING' && task.service?.revisionArn === revision.arn)
    .map(({ capacityProvider }) => capacityProvider);
  return chooseProvider(revision.strategy, providers);
}

/** A service's task as placement sees it. */
export function seekerOf(
  service: ServiceRecord,
  revision: RevisionRecord,
  definition: DefinitionRecord,
  capacityProvider: string | undefined,
) {
  return {
    cluster: { name: service.cluster },
    definition,
    group: `service:${service.name}`,
    ...placement(revision, capacityProvider),
    ...(revision.network ? { network: revision.network } : {}),
    constraints: acceptConstraints(service.placementConstraints),
    strategies: acceptStrategies(service.placementStrategy),
  };
}

function onInstance(context: EcsContext, seeker: ReturnType<typeof seekerOf>, instanceId: string): Found {
  const instance = context.state.instances.get(instanceId);
  if (!instance) return { kind: 'nowhere', refusals: [] };
  const seen = instanceSnapshot(context, instance);
  const reason = refusalOf(seen, wishOf(context, seeker));
  if (reason !== undefined) return { kind: 'nowhere', refusals: [{ arn: instance.arn, reason }] };
  return { kind: 'instance', instance: seen };
}

function placement(revision: RevisionRecord, capacityProvider: string | undefined) {
  const provided = capacityProvider !== undefined;
  const launchType =
    revision.launchType ?? (provided ? (runsOnFargate({ capacityProvider }) ? 'FARGATE' : 'EC2') : undefined);
  return {
    ...(launchType === undefined ? {} : { launchType }),
    ...(provided ? { capacityProvider } : {}),
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
