import type { DeploymentSnapshot, ServiceSnapshot, TaskSnapshot } from './decide.ts';

/** `ceil(3 × 50 %) = 2` must stay healthy. */
export function lowerBound(desiredCount: number, minimumPercent: number): number {
  return Math.ceil((desiredCount * minimumPercent) / 100);
}

/** `floor(3 × 150 %) = 4` may be starting or running. */
export function upperBound(desiredCount: number, maximumPercent: number): number {
  return Math.floor((desiredCount * maximumPercent) / 100);
}

/** What the arithmetic of one look is done with. */
export interface Tally {
  readonly primaryId: string;
  readonly lower: number;
  readonly upper: number;
  /** Starting or running, as ECS counts against the upper bound. */
  readonly occupied: number;
  readonly up: readonly TaskSnapshot[];
  readonly healthy: readonly TaskSnapshot[];
  readonly unhealthy: readonly TaskSnapshot[];
  readonly primaryGood: readonly TaskSnapshot[];
  readonly primaryHealthy: number;
  readonly oldGood: readonly TaskSnapshot[];
  /** Whether the primary has what its early success criteria ask for. */
  readonly isEarly: boolean;
}

export function count(service: ServiceSnapshot, primary: DeploymentSnapshot): Tally {
  const up = service.tasks.filter(({ phase }) => phase !== 'leaving');
  const good = up.filter(({ health }) => health !== 'unhealthy');
  const healthy = up.filter(({ health }) => health === 'healthy');
  const isPrimary = (task: TaskSnapshot) => task.deploymentId === primary.id;
  return {
    primaryId: primary.id,
    lower: lowerBound(service.desiredCount, service.minimumPercent),
    upper: upperBound(service.desiredCount, service.maximumPercent),
    occupied: service.tasks.filter(({ occupies }) => occupies).length,
    up,
    healthy,
    unhealthy: up.filter(({ health }) => health === 'unhealthy'),
    primaryGood: good.filter(isPrimary),
    primaryHealthy: healthy.filter(isPrimary).length,
    oldGood: good.filter((task) => !isPrimary(task)),
    isEarly: isEarly(service, primary, healthy.filter(isPrimary).length),
  };
}

function isEarly(service: ServiceSnapshot, primary: DeploymentSnapshot, healthy: number): boolean {
  if (!primary.early || primary.state === 'failed') return false;
  return healthy >= Math.ceil((service.desiredCount * primary.early.healthyPercent) / 100);
}

/** The old deployment whose lost tasks are replaced while the new one is not there yet. */
export function provenOld({
  deployments: [primary, ...old],
}: ServiceSnapshot): DeploymentSnapshot | undefined {
  return primary?.state === 'completed' ? undefined : old.find(({ state }) => state === 'completed');
}
