import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoStore } from '../../core/aws/dynamodb/store.ts';
import type { ServiceState, Success } from '../../core/services/model.ts';
import { listOfServices, serviceIdOf, serviceRef } from '../../core/services/records.ts';
import { topology } from '../../stacks/topology.ts';
import { account, environmentName, region } from '../functions/environment.ts';

const createdAt = Date.parse('2026-11-22T09:00:00Z');

/** Puts services into the table that Berth has deployed and that are at rest: an event about them is only news. */
export async function putServices(client: DynamoDBClient, ecsNames: readonly string[]): Promise<void> {
  const store = createDynamoStore({ client, table: topology.table.name });
  for (const ecsName of ecsNames) {
    const state = atRest(ecsName);
    const list = { name: listOfServices(environmentName), order: ecsName };
    await store.commit({ ref: serviceRef(state.id), revision: 1, state, outbox: [], inbox: [], list }, 0);
  }
}

function atRest(ecsName: string): ServiceState {
  const release = {
    number: 1,
    hash: 'c15da6c9'.repeat(8),
    taskDefinitionArn: `arn:aws:ecs:${region}:${account}:task-definition/berth-${environmentName}-${ecsName}:5`,
  };
  const settings = {
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    circuitBreaker: true,
    timeoutSeconds: 900,
  };
  const success: Success = { release, settings, port: 8080, count: 2, generation: 1 };
  return {
    id: serviceIdOf(environmentName, ecsName),
    environment: environmentName,
    cluster: environmentName,
    ecsName,
    createdAt,
    generation: 1,
    queue: [],
    releases: [release],
    target: { ...success, generation: 1, deployment: undefined, count: 2 },
    applied: {
      generation: 1,
      serviceArn: `arn:aws:ecs:${region}:${account}:service/${environmentName}/${ecsName}`,
      ecsDeploymentId: 'ecs-svc/1234567890123456789',
      at: createdAt,
    },
    succeeded: [success],
    told: 1,
  };
}
