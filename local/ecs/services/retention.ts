import type { EcsContext } from '../context.ts';

const inactiveSeconds = 3600;

/** Forgets services that have been INACTIVE for an hour, with their history. */
export function forgetInactiveServices(context: EcsContext): void {
  const { services, serviceDeployments, revisions } = context.state;
  const before = context.clock.now() - inactiveSeconds * 1000;
  for (const service of [...services.values()]) {
    if (service.status !== 'INACTIVE' || (service.inactiveAt ?? 0) > before) continue;
    for (const arn of [...serviceDeployments.keysOf(service.key)]) serviceDeployments.delete(arn);
    for (const arn of [...revisions.keysOf(service.key)]) revisions.delete(arn);
    services.delete(service.key);
  }
}
