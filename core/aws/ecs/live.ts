import type { ECSClient } from '@aws-sdk/client-ecs';
import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import type { SeenService } from '../../ecs/service.ts';
import type { Live } from '../../operations/ports.ts';
import { observed } from './look.ts';

/** DescribeServices takes at most ten. */
const batchSize = 10;

/** What ECS runs right now, for people: one call for ten services, and no history. */
export const liveServices = (ecs: ECSClient): Live => ({
  async look(cluster, ecsNames) {
    const batches = Array.from({ length: Math.ceil(ecsNames.length / batchSize) }, (_, place) =>
      ecsNames.slice(place * batchSize, (place + 1) * batchSize),
    );
    const seen = await Promise.all(batches.map((names) => lookAt(ecs, cluster, names)));
    return new Map(seen.flat());
  },
});

async function lookAt(
  ecs: ECSClient,
  cluster: string,
  names: readonly string[],
): Promise<[string, SeenService][]> {
  try {
    const answer = await ecs.send(new DescribeServicesCommand({ cluster, services: [...names] }));
    const found = new Map(
      (answer.services ?? [])
        .filter(({ status }) => status !== 'INACTIVE')
        .map((service) => [service.serviceName, service]),
    );
    return names.map((name) => {
      const service = found.get(name);
      return [
        name,
        service ? { seen: 'service', ...observed(service), serviceDeployments: [] } : { seen: 'absent' },
      ];
    });
  } catch (error) {
    const { name, message } = error as Error;
    return names.map((one) => [one, { seen: 'unknown', because: `${name}: ${message}` }]);
  }
}
