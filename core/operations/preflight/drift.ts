import type { Environment } from '../../contract/environment.ts';
import { containerName } from '../../contract/logging.ts';
import { lastPartOf } from '../../ecs/arn.ts';
import type { Inspected, InspectedService } from '../../ecs/inspected.ts';
import { ownerTag } from '../../ecs/owner.ts';
import type { ServiceState, Target } from '../../services/model.ts';

/** One thing that somebody changed in ECS and that Berth did not. */
export interface Drift {
  readonly what: 'service' | 'release' | 'count' | 'rollout' | 'network' | 'load_balancer' | 'tags';
  readonly wanted: string;
  readonly found: string;
  /** What a deployment cannot mend, with what does. */
  readonly advice?: string;
}

/**
 * What in ECS is not as the service's target has it. The count of a scaler is the target's own, so it is no drift.
 * While something moves nothing can be said: call it when no deployment has the service.
 */
export function driftOf(
  { id, target, ecsName }: Pick<ServiceState, 'id' | 'target' | 'ecsName'>,
  environment: Environment,
  inspected: Inspected,
): readonly Drift[] {
  if (!target || inspected.seen === 'unknown') return [];
  if (inspected.seen === 'absent' || inspected.service.status !== 'ACTIVE')
    return [{ what: 'service', wanted: `${ecsName} is in ECS`, found: 'it is not there' }];
  const { service } = inspected;
  return [
    ...differs('release', releaseOf(target), lastPartOf(service.taskDefinitionArn)),
    ...differs('count', String(target.count), String(service.desiredCount)),
    ...differs('rollout', rolloutOf(target.settings), rolloutOf(service)),
    ...network(target, environment, service),
    ...loadBalancer(target, service),
    ...tags(id, target, service),
  ];
}

function differs(what: Drift['what'], wanted: string, found: string): readonly Drift[] {
  return wanted === found ? [] : [{ what, wanted, found }];
}

const releaseOf = ({ release }: Target) => lastPartOf(release.taskDefinitionArn);

interface Rollout {
  readonly minimumHealthyPercent?: number;
  readonly maximumPercent?: number;
  readonly circuitBreaker: boolean;
}

/** ECS's own defaults where it says nothing. */
const rolloutOf = ({ minimumHealthyPercent = 100, maximumPercent = 200, circuitBreaker }: Rollout) =>
  `${minimumHealthyPercent} % to ${maximumPercent} %, circuit breaker ${circuitBreaker ? 'on' : 'off'}`;

/** Where no security group is wanted, whichever ECS gave is as good. */
function network({ settings }: Target, environment: Environment, service: InspectedService) {
  if (!service.network) return [];
  const wanted = settings.found?.network ?? { ...environment, publicIp: false };
  const isAnyGroup = wanted.securityGroups.length === 0;
  const text = ({ subnets, securityGroups, publicIp }: NonNullable<InspectedService['network']>) =>
    [
      [...subnets].sort().join(' '),
      isAnyGroup ? 'any security group' : [...securityGroups].sort().join(' '),
      publicIp ? 'public addresses' : 'no public addresses',
    ].join(', ');
  return differs('network', text(wanted), text(service.network));
}

/** Of Berth's own target groups, which of the two has the traffic is ECS's affair. */
function loadBalancer({ settings: { found, listen }, port }: Target, service: InspectedService) {
  const place = (of: string, at: number | undefined) => `${of}:${at}`;
  const wanted = found
    ? found.loadBalancers.map((one) => `${one.targetGroupArn} ${place(one.containerName, one.containerPort)}`)
    : listen !== undefined && port !== undefined
      ? [place(containerName, port)]
      : [];
  const there = service.loadBalancers.map((one) =>
    found
      ? `${one.targetGroupArn} ${place(one.containerName, one.containerPort)}`
      : place(one.containerName, one.containerPort),
  );
  const text = (all: readonly string[]) => [...all].sort().join('; ') || 'no target group';
  return differs('load_balancer', text(wanted), text(there));
}

/** What was taken over has no tag of Berth's, for nothing was written to it. */
function tags(id: string, { settings }: Target, service: InspectedService): readonly Drift[] {
  const owner = service.tags[ownerTag];
  if (owner === id || (settings.found && owner === undefined)) return [];
  const advice = `aws ecs tag-resource --resource-arn ${service.serviceArn} --tags key=${ownerTag},value=${id}`;
  return [{ what: 'tags', wanted: `${ownerTag}=${id}`, found: owner ?? 'no such tag', advice }];
}
