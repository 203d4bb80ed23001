import {
  DescribeServicesCommand,
  ListServiceDeploymentsCommand,
  ListServicesCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import type { TestBerth } from './berth.ts';
import { taskPrograms } from './task-process.ts';

const cluster = 'local';

/** What there is of a service in ECS, in Berth's records and on the machine, to be held against each other. */
export interface Truth {
  /** The tasks that should run, by ECS's list and by Berth's, each sorted. */
  readonly ecsTasks: readonly string[];
  readonly berthTasks: readonly string[];
  /** Programs of tasks of all services on this machine. */
  readonly programs: number;
  /** How often the service was moved, by ECS's own count. */
  readonly ecsDeployments: number;
  /** Registered task definitions of the service. */
  readonly definitions: number;
  readonly desired: number;
  readonly running: number;
}

export async function truthOf(berth: TestBerth, service: string): Promise<Truth> {
  const { ecs } = berth.clients;
  const [described, listed, definitions, moves, known] = await Promise.all([
    ecs.send(new DescribeServicesCommand({ cluster, services: [service] })),
    ecs.send(new ListTasksCommand({ cluster, serviceName: service, desiredStatus: 'RUNNING' })),
    ecs.send(new ListTaskDefinitionsCommand({ maxResults: 100 })),
    ecs.send(new ListServiceDeploymentsCommand({ cluster, service, maxResults: 100 })),
    berth.client.listTasks({ environment: 'local', service, status: 'running', limit: 100 }),
  ]);
  const family = (arn: string) => arn.includes(`${service}:`);
  return {
    ecsTasks: (listed.taskArns ?? []).toSorted(),
    berthTasks: known.items.map(({ arn }) => arn).toSorted(),
    programs: taskPrograms(berth.directory).length,
    ecsDeployments: moves.serviceDeployments?.length ?? 0,
    definitions: (definitions.taskDefinitionArns ?? []).filter(family).length,
    desired: described.services?.[0]?.desiredCount ?? 0,
    running: described.services?.[0]?.runningCount ?? 0,
  };
}

/** The names of the ECS services that there are, sorted: whatever stands beside one is among them. */
export async function servicesOf({ clients: { ecs } }: TestBerth): Promise<readonly string[]> {
  const { serviceArns = [] } = await ecs.send(new ListServicesCommand({ cluster, maxResults: 100 }));
  return serviceArns.map((arn) => arn.split('/').at(-1) ?? '').toSorted();
}

/** The tasks that should run of an ECS service, sorted. */
export async function tasksOf(
  { clients: { ecs } }: TestBerth,
  serviceName: string,
): Promise<readonly string[]> {
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName }));
  return taskArns.toSorted();
}
