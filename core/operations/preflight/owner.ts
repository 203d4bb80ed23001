import type { FoundOwner } from '../../ecs/owner.ts';
import type { ServiceId, ServiceState } from '../../services/model.ts';

/**
 * Why a deployment may not touch what is in ECS under its name: somebody else made it, and Berth has not taken it over.
 * Undefined where there is nothing, or where it is Berth's own.
 */
export function foreignProblem(
  id: ServiceId,
  state: ServiceState | undefined,
  found: FoundOwner,
): string | undefined {
  if (state?.target || found.seen !== 'service') return undefined;
  const { owner } = found;
  if (owner === id) return undefined;
  const whose = owner === undefined ? 'Berth did not make it' : `it is ${owner} of another Berth`;
  const [environment, ecsName] = id.split('/');
  return (
    `there is a service ${ecsName} in ECS already, and ${whose}: take it over with ` +
    `\`berth adopt ${ecsName} --environment ${environment}\`, or give this service another name`
  );
}
