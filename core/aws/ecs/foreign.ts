import type { ECSClient } from '@aws-sdk/client-ecs';
import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import { FinalFailure } from '../../kernel/errors.ts';

/**
 * What is there before the first write that is known of is Berth's own only by its tag: an answer of CreateService may
 * have been lost. What somebody else made is not touched. Throws a `FinalFailure` that says what to do.
 */
export async function refuseForeign(
  ecs: ECSClient,
  { cluster, ecsName, environment }: { cluster: string; ecsName: string; environment: string },
): Promise<void> {
  const answer = await ecs.send(
    new DescribeServicesCommand({ cluster, services: [ecsName], include: ['TAGS'] }),
  );
  const [service] = answer.services ?? [];
  if (!service) throw new Error(`ECS does not say whose ${ecsName} is`);
  const { tags = [] } = service;
  if (tags.some(({ key, value }) => key === 'berth:service' && value === `${environment}/${ecsName}`)) return;
  throw new FinalFailure(
    'ForeignService',
    `there is a service ${ecsName} in ECS already, and Berth did not make it: take it over with ` +
      `\`berth adopt ${ecsName} --environment ${environment}\`, or give this service another name`,
  );
}
