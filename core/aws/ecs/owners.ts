import type { ECSClient } from '@aws-sdk/client-ecs';
import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import { type FoundOwner, ownerTag } from '../../ecs/owner.ts';
import type { Owners } from '../../operations/ports.ts';

/** One read of ECS: whose a service is, by its tags. */
export const ownersIn = (ecs: ECSClient): Owners => ({
  async find(cluster, ecsName): Promise<FoundOwner> {
    try {
      const asked = { cluster, services: [ecsName], include: ['TAGS' as const] };
      const { services, failures } = await ecs.send(new DescribeServicesCommand(asked));
      const failure = failures?.find(({ reason }) => reason !== 'MISSING');
      if (failure) throw new Error(`DescribeServices: ${failure.reason} ${failure.detail ?? ''}`);
      const service = services?.find(({ status }) => status !== 'INACTIVE');
      if (!service) return { seen: 'absent' };
      const owner = service.tags?.find(({ key }) => key === ownerTag)?.value;
      return { seen: 'service', ...(owner !== undefined && { owner }) };
    } catch (error) {
      const { name, message } = error as Error;
      return { seen: 'unknown', because: `${name}: ${message}` };
    }
  },
});
