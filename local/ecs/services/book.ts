import type { EcsContext } from '../context.ts';
import type { DeploymentRecord, ServiceDeploymentRecord, ServiceRecord } from '../model.ts';

const messageCeiling = 100;

type Change = Partial<Omit<ServiceRecord, 'key' | 'name' | 'arn' | 'cluster'>>;

/** Stores a change of a service and answers with what is stored now. */
export function changeService(context: EcsContext, key: string, change: Change): ServiceRecord | undefined {
  const before = context.state.services.get(key);
  if (!before) return undefined;
  const service = { ...before, ...change };
  context.state.services.put(key, service);
  return service;
}

/** Adds a message to the service's `events[]`, newest first: "(service web) …". */
export function say(context: EcsContext, key: string, text: string): void {
  const service = context.state.services.get(key);
  if (!service) return;
  const message = {
    id: context.ids.uuid(),
    createdAt: context.clock.now() / 1000,
    message: `(service ${service.name}) ${text}`,
  };
  changeService(context, key, { messages: [message, ...service.messages].slice(0, messageCeiling) });
}

export function changeDeployment(
  context: EcsContext,
  key: string,
  id: string,
  change: Partial<DeploymentRecord>,
): void {
  const service = context.state.services.get(key);
  if (!service) return;
  const updatedAt = context.clock.now();
  changeService(context, key, {
    deployments: service.deployments.map((deployment) =>
      deployment.id === id ? { ...deployment, ...change, updatedAt } : deployment,
    ),
  });
}

export function changeServiceDeployment(
  context: EcsContext,
  arn: string,
  change: Partial<ServiceDeploymentRecord>,
): void {
  const before = context.state.serviceDeployments.get(arn);
  if (!before) return;
  context.state.serviceDeployments.put(arn, { ...before, ...change, updatedAt: context.clock.now() });
}

/** The row of a CreateService token; it is forgotten with its service. */
export function creationTokenKey(cluster: string, token: string): string {
  return `${cluster}|CreateService|${token}`;
}

const terminal: ReadonlySet<string> = new Set([
  'STOPPED',
  'SUCCESSFUL',
  'ROLLBACK_SUCCESSFUL',
  'ROLLBACK_FAILED',
]);

/** Whether nothing happens to the service deployment any more. */
export function hasEnded(deployment: ServiceDeploymentRecord): boolean {
  return terminal.has(deployment.status);
}
