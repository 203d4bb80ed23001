import type { Inspected } from '../../ecs/inspected.ts';
import type { ServiceId, ServiceState } from '../../services/model.ts';

/** The tag that Berth gives to every service which it makes. */
export const ownerTag = 'berth:service';

/**
 * Why a deployment may not touch what is in ECS under its name: somebody else made it, and Berth has not taken it over.
 * Undefined where there is nothing, or where it is Berth's own.
 */
export function foreignProblem(
  id: ServiceId,
  state: ServiceState | undefined,
  inspected: Inspected,
): string | undefined {
  if (state?.target || inspected.seen !== 'service') return undefined;
  const owner = inspected.service.tags[ownerTag];
  if (owner === id) return undefined;
  const whose = owner === undefined ? 'Berth did not make it' : `it is ${owner} of another Berth`;
  const [environment, ecsName] = id.split('/');
  return (
    `there is a service ${ecsName} in ECS already, and ${whose}: take it over with ` +
    `\`berth adopt ${ecsName} --environment ${environment}\`, or give this service another name`
  );
}
