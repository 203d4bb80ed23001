import type { EcsContext } from '../context.ts';
import { publishAction } from '../events.ts';
import type { TaskRecord } from '../model.ts';
import { say } from '../services/book.ts';
import type { TaskBook } from './book.ts';
import { isHealthChecked } from './health.ts';

/**
 * Registers the tasks of services with Cloud Map when they run, takes them out when they leave, and says there how
 * they are; in the turn in which the task's own record changes, so that the two are never parted.
 */
export class RegistryKeeper {
  readonly #context: EcsContext;

  constructor(context: EcsContext, book: TaskBook) {
    this.#context = context;
    book.onChange((task, before) => this.#follow(task, before));
  }

  /** Registers what runs; repeated calls change nothing but what somebody else has taken out. */
  resume(): void {
    for (const task of this.#context.state.tasks.values()) if (isListed(task)) this.#register(task);
  }

  #follow(task: TaskRecord, before: TaskRecord | undefined): void {
    if (!task.service) return;
    const was = before !== undefined && isListed(before);
    if (isListed(task)) {
      if (!was) this.#register(task);
      else if (before.health !== task.health) this.#tellHealth(task);
    } else if (was) {
      for (const { arn } of entriesOf(this.#context, task)) this.#context.registry.deregister(arn, task.id);
    }
  }

  #register(task: TaskRecord): void {
    const { registry } = this.#context;
    for (const { arn, attributes } of entriesOf(this.#context, task)) {
      const hasHealth = registry.find(arn)?.hasCustomHealth ?? false;
      const initial = isWell(task) ? 'HEALTHY' : 'UNHEALTHY';
      const problem = registry.register(arn, task.id, {
        ...attributes,
        ...(hasHealth ? { AWS_INIT_HEALTH_STATUS: initial } : {}),
      });
      if (problem === undefined) continue;
      say(this.#context, task.service?.key ?? '', `(task ${task.id}) could not be registered: ${problem}`);
    }
  }

  #tellHealth(task: TaskRecord): void {
    const { registry, state } = this.#context;
    const service = state.services.get(task.service?.key ?? '');
    for (const { arn, isRegistry } of entriesOf(this.#context, task)) {
      registry.setHealth(arn, task.id, isWell(task) ? 'HEALTHY' : 'UNHEALTHY');
      if (isRegistry && service && task.health === 'UNHEALTHY') {
        publishAction(this.#context, service, 'SERVICE_DISCOVERY_INSTANCE_UNHEALTHY');
      }
    }
  }
}

function isListed(task: TaskRecord): boolean {
  return task.service !== undefined && task.lastStatus === 'RUNNING' && task.desiredStatus === 'RUNNING';
}

/** Without a health check of its containers a task that runs is well. */
function isWell(task: TaskRecord): boolean {
  return !isHealthChecked(task) || task.health === 'HEALTHY';
}

interface Entry {
  readonly arn: string;
  /** Whether it is one of `serviceRegistries` rather than of Service Connect. */
  readonly isRegistry: boolean;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Where the task is registered, and as what. */
function entriesOf(context: EcsContext, task: TaskRecord): Entry[] {
  const revision = context.state.revisions.get(task.service?.revisionArn ?? '');
  if (!revision || task.address === undefined) return [];
  const common = {
    AWS_INSTANCE_IPV4: task.address,
    AVAILABILITY_ZONE: task.zone,
    REGION: context.region,
    ECS_CLUSTER_NAME: task.cluster,
    ECS_SERVICE_NAME: task.group.replace(/^service:/, ''),
    ECS_TASK_DEFINITION_FAMILY: task.family,
  };
  const registries = revision.serviceRegistries.map((registry) => {
    const {
      registryArn = '',
      containerName,
      containerPort,
      port = portOf(task, containerName, containerPort),
    } = registry;
    const attributes = port === undefined ? common : { ...common, AWS_INSTANCE_PORT: `${port}` };
    return { arn: registryArn, isRegistry: true, attributes };
  });
  const offers = (revision.connect?.offers ?? []).map(({ discoveryArn, containerName, containerPort }) => ({
    arn: discoveryArn,
    isRegistry: false,
    attributes: { ...common, AWS_INSTANCE_PORT: `${portOf(task, containerName, containerPort)}` },
  }));
  return [...registries, ...offers];
}

/** A container's port as it is reached at the task's address. */
function portOf(task: TaskRecord, containerName?: string, containerPort?: number): number | undefined {
  const container = task.containers.find(({ name }) => name === containerName);
  if (containerPort === undefined) return undefined;
  return container?.publishedPorts?.[containerPort] ?? containerPort;
}
