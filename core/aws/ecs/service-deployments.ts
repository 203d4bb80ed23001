import type { ECSClient, Service, ServiceRevision } from '@aws-sdk/client-ecs';
import { DescribeServiceDeploymentsCommand, DescribeServiceRevisionsCommand } from '@aws-sdk/client-ecs';

/** What ECS counts as the service's present deployment, under way or over, with what it moves from and to. */
export interface CurrentDeployment {
  readonly arn: string;
  readonly status: string;
  readonly lifecycleStage: string | undefined;
  /** By ECS's own clock. */
  readonly createdAtMs: number;
  readonly target: Revision | undefined;
  readonly sources: readonly Revision[];
  /** Where a roll-back of it leads, once ECS has said so. */
  readonly rollback: Revision | undefined;
}

export interface Revision {
  readonly taskDefinitionArn: string;
  /** The target group that its tasks join, where it has one. */
  readonly targetGroupArn: string | undefined;
}

/** Two reads of ECS; undefined where the service has had no deployment that ECS still knows. */
export async function currentDeploymentOf(
  ecs: ECSClient,
  { currentServiceDeployment }: Service,
): Promise<CurrentDeployment | undefined> {
  if (!currentServiceDeployment) return undefined;
  const { serviceDeployments } = await ecs.send(
    new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [currentServiceDeployment] }),
  );
  const found = serviceDeployments?.[0];
  if (!found) return undefined;
  const { targetServiceRevision, sourceServiceRevisions = [], rollback } = found;
  const sources = sourceServiceRevisions.flatMap(({ arn }) => arn ?? []);
  const known = [targetServiceRevision?.arn, rollback?.serviceRevisionArn].flatMap((arn) => arn ?? []);
  const revisions = await revisionsOf(ecs, [...new Set([...known, ...sources])]);
  return {
    arn: currentServiceDeployment,
    status: found.status ?? '',
    lifecycleStage: found.lifecycleStage,
    createdAtMs: found.createdAt?.getTime() ?? 0,
    target: revisions.get(targetServiceRevision?.arn ?? ''),
    sources: sources.flatMap((arn) => revisions.get(arn) ?? []),
    rollback: revisions.get(rollback?.serviceRevisionArn ?? ''),
  };
}

const maxRevisions = 20;

async function revisionsOf(ecs: ECSClient, arns: readonly string[]): Promise<ReadonlyMap<string, Revision>> {
  if (arns.length === 0) return new Map();
  const { serviceRevisions } = await ecs.send(
    new DescribeServiceRevisionsCommand({ serviceRevisionArns: arns.slice(0, maxRevisions) }),
  );
  return new Map((serviceRevisions ?? []).map((one) => [one.serviceRevisionArn ?? '', revisionOf(one)]));
}

const revisionOf = ({ taskDefinition, resolvedConfiguration, loadBalancers }: ServiceRevision): Revision => ({
  taskDefinitionArn: taskDefinition ?? '',
  targetGroupArn:
    resolvedConfiguration?.loadBalancers?.[0]?.targetGroupArn ?? loadBalancers?.[0]?.targetGroupArn,
});

/** ECS moves the service, forwards. */
export const isMoving = ({ status }: CurrentDeployment) => status === 'PENDING' || status === 'IN_PROGRESS';

/** ECS takes the service back to what last completed. */
export const isRollingBack = ({ status }: CurrentDeployment) =>
  status === 'ROLLBACK_REQUESTED' || status === 'ROLLBACK_IN_PROGRESS';
