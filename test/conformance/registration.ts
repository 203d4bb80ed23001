import { RegisterTaskDefinitionCommand, type RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';
import type { World } from './world.ts';

export type Change = Partial<RegisterTaskDefinitionCommandInput>;
export type Container = NonNullable<RegisterTaskDefinitionCommandInput['containerDefinitions']>[number];

export const onFargate: Change = {
  requiresCompatibilities: ['FARGATE'],
  networkMode: 'awsvpc',
  cpu: '256',
  memory: '512',
};

/** Registers the family `web` of one container for EC2, changed as told. */
export async function register({ ecs }: World, change: Change = {}, container: Container = {}) {
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'web',
      containerDefinitions: [{ name: 'app', image: 'shop:1', memory: 128, ...container }],
      ...change,
    }),
  );
  return taskDefinition;
}
