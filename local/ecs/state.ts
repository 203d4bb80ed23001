import type { Journal, Table } from '../support/journal.ts';
import { emptied } from '../support/tables.ts';
import type { CapacityProviderRecord } from './clusters/capacity-provider.ts';
import type { InstanceRecord } from './instances/model.ts';
import type {
  ClusterRecord,
  DefinitionRecord,
  FamilyRecord,
  RevisionRecord,
  ServiceDeploymentRecord,
  ServiceRecord,
  TaskRecord,
  TokenRecord,
} from './model.ts';
import type { TaskSetRecord } from './task-sets/model.ts';

/** The engine's tables, and indexes over them so that no call has to look at every task. */
export interface State {
  readonly clusters: Table<ClusterRecord>;
  readonly definitions: Table<DefinitionRecord>;
  readonly families: Table<FamilyRecord>;
  readonly services: Table<ServiceRecord>;
  readonly serviceDeployments: Indexed<ServiceDeploymentRecord>;
  readonly revisions: Indexed<RevisionRecord>;
  readonly tasks: Indexed<TaskRecord>;
  readonly tokens: Table<TokenRecord>;
  readonly settings: Table<string>;
  readonly capacityProviders: Table<CapacityProviderRecord>;
  readonly taskSets: Indexed<TaskSetRecord>;
  /** By their cluster's name. */
  readonly instances: Indexed<InstanceRecord>;
  /** Forgets everything, journal included. */
  clear(): void;
  /** Rebuilds the indexes from the journal. */
  reload(): void;
}

/** A table whose rows are also found by what they belong to. */
export interface Indexed<V> {
  get(key: string): V | undefined;
  put(key: string, value: V): void;
  delete(key: string): void;
  values(): IterableIterator<V>;
  /** Keys of the rows that belong to `owner`, oldest first. */
  keysOf(owner: string): ReadonlySet<string>;
  /** Rows that belong to `owner`, oldest first. */
  of(owner: string): V[];
}

export function openState(journal: Journal): State {
  const tables = {
    clusters: journal.table<ClusterRecord>('ecs.clusters'),
    definitions: journal.table<DefinitionRecord>('ecs.taskDefinitions'),
    families: journal.table<FamilyRecord>('ecs.families'),
    services: journal.table<ServiceRecord>('ecs.services'),
    tokens: journal.table<TokenRecord>('ecs.tokens'),
    settings: journal.table<string>('ecs.settings'),
    capacityProviders: journal.table<CapacityProviderRecord>('ecs.capacityProviders'),
  };
  const byService = (row: { serviceKey: string }) => [row.serviceKey];
  const serviceDeployments = indexed(
    journal.table<ServiceDeploymentRecord>('ecs.serviceDeployments'),
    byService,
  );
  const revisions = indexed(journal.table<RevisionRecord>('ecs.serviceRevisions'), byService);
  const tasks = indexed(journal.table<TaskRecord>('ecs.tasks'), ownersOfTask);
  const taskSets = indexed(journal.table<TaskSetRecord>('ecs.taskSets'), byService);
  const instances = indexed(journal.table<InstanceRecord>('ecs.instances'), ({ cluster }) => [cluster]);
  return {
    ...tables,
    serviceDeployments,
    revisions,
    tasks,
    taskSets,
    instances,
    clear() {
      emptied(Object.values(tables));
      for (const table of [serviceDeployments, revisions, tasks, taskSets, instances]) table.clear();
    },
    reload() {
      for (const table of [serviceDeployments, revisions, tasks, taskSets, instances]) table.reload();
    },
  };
}

/** The names under which `State.tasks` finds tasks. */
export const taskOwners = {
  cluster: (cluster: string): string => `cluster:${cluster}`,
  service: (serviceKey: string): string => `service:${serviceKey}`,
  family: (cluster: string, family: string): string => `family:${cluster}/${family}`,
  startedBy: (cluster: string, startedBy: string): string => `startedBy:${cluster}/${startedBy}`,
  instance: (instanceId: string): string => `instance:${instanceId}`,
};

function ownersOfTask(task: TaskRecord): string[] {
  const owners = [taskOwners.cluster(task.cluster), taskOwners.family(task.cluster, task.family)];
  if (task.reserved) owners.push(taskOwners.instance(task.reserved.instanceId));
  if (task.service) owners.push(taskOwners.service(task.service.key));
  if (task.startedBy !== undefined) owners.push(taskOwners.startedBy(task.cluster, task.startedBy));
  return owners;
}

/** Owners of a row never change while it exists. */
function indexed<V>(table: Table<V>, ownersOf: (value: V) => readonly string[]) {
  const index = new Map<string, Set<string>>();
  const none: ReadonlySet<string> = new Set();
  const add = (key: string, value: V) => {
    for (const owner of ownersOf(value)) {
      const keys = index.get(owner);
      if (keys) keys.add(key);
      else index.set(owner, new Set([key]));
    }
  };
  const remove = (key: string, value: V) => {
    for (const owner of ownersOf(value)) {
      const keys = index.get(owner);
      if (keys?.delete(key) && keys.size === 0) index.delete(owner);
    }
  };
  const reload = () => {
    index.clear();
    for (const [key, value] of table.entries()) add(key, value);
  };
  reload();
  return {
    get: (key: string) => table.get(key),
    put(key: string, value: V) {
      if (!table.has(key)) add(key, value);
      table.put(key, value);
    },
    delete(key: string) {
      const value = table.get(key);
      if (value === undefined) return;
      remove(key, value);
      table.delete(key);
    },
    values: () => table.values(),
    keysOf: (owner: string) => index.get(owner) ?? none,
    of: (owner: string) =>
      [...(index.get(owner) ?? none)].flatMap((key) => {
        const value = table.get(key);
        return value === undefined ? [] : [value];
      }),
    clear() {
      emptied([table]);
      index.clear();
    },
    reload,
  };
}
