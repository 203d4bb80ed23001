import type { DeploymentState } from '../../../core/deployments/model.ts';
import type { ServiceDeploymentRecord } from '../../../local/ecs/model.ts';
import type { Facts, Invariant, Observation } from '../observation.ts';
import { cluster } from '../world/ecs.ts';
import { wasHealthy } from './i07-bounds.ts';

/**
 * C1: a release gets no more traffic than the course of its deployment allows at that moment. Where nothing of the
 * other release serves any more, ECS gives it all to what does; and what somebody began outside of Berth is his affair.
 */
export const traffic: Invariant = {
  name: 'C1 traffic as the course allows',
  watch: (facts) => {
    const shares = new Map<string, number>();
    const begunOutside = new Set<string>();
    return (observation, report) => {
      if (observation.type === 'changed-outside' && observation.action === 'UpdateService')
        begunOutside.add(observation.service);
      if (observation.type === 'written' && observation.action === 'UpdateService')
        begunOutside.delete(String(observation.input.service));
      if (observation.type !== 'shifted') return;
      const found = shiftOf(observation, facts);
      if (!found || begunOutside.has(found.ecsName)) return;
      const { arn, green, percent, deployment } = found;
      const before = shares.get(arn) ?? 0;
      shares.set(arn, percent);
      if (percent <= before || !servesBeside(green, found.ecsName, facts, observation.now)) return;
      const allowed = allowedOf(facts.items.get(`deployment#${deployment}`)?.state as DeploymentState);
      if (percent > allowed)
        report(`${deployment} has ${percent} % of the traffic, and its course allows ${allowed} %`);
    };
  },
};

type Shifted = Extract<Observation, { type: 'shifted' }>;

/** What a change of weights means: whose share it is, and which deployment ECS asks about it. */
function shiftOf({ weights }: Shifted, { ecs }: Facts) {
  const ecsName = nameIn(weights[0]?.targetGroupArn ?? '');
  const arn = ecs
    .service(ecsName)
    ?.deployments.find(({ status }) => status === 'PRIMARY')?.serviceDeploymentArn;
  const record = arn === undefined ? undefined : ecs.serviceDeployment(arn);
  const deployment = record && hookOf(record);
  if (!arn || !record?.rollout || record.rollout.isReturning || deployment === undefined) return undefined;
  const group = ecs.revision(record.targetRevision)?.servingGroups?.[0];
  const sum = weights.reduce((total, { weight }) => total + weight, 0);
  const own = weights.find(({ targetGroupArn }) => targetGroupArn === group)?.weight ?? 0;
  return { arn, ecsName, green: record.targetRevision, percent: (100 * own) / sum, deployment };
}

/** `…:targetgroup/local-shop-web--b/…`: `shop-web`. */
const nameIn = (targetGroupArn: string) =>
  (targetGroupArn.split('/')[1] ?? '').replace(`${cluster}-`, '').replace(/--b$/, '');

function hookOf({ configuration }: ServiceDeploymentRecord): string | undefined {
  const details = configuration.lifecycleHooks?.map(({ hookDetails }) => hookDetails);
  const found = details?.find((one) => typeof one === 'object' && one !== null && 'deployment' in one);
  return (found as { deployment: string } | undefined)?.deployment;
}

/** Whether healthy tasks of another release are there to serve. */
const servesBeside = (green: string, ecsName: string, { ecs }: Facts, now: number): boolean =>
  ecs
    .tasks(ecsName)
    .some(
      (task) =>
        task.desiredStatus === 'RUNNING' &&
        wasHealthy(task, now) &&
        ecs.service(ecsName)?.deployments.find(({ id }) => id === task.service?.deploymentId)?.revisionArn !==
          green,
    );

function allowedOf(state: DeploymentState | undefined): number {
  if (!state) return 0;
  const { at, went } = state;
  const course = 'course' in at ? at.course : at.phase === 'running_after' ? at.move.course : went;
  return course?.allowedPercent ?? 100;
}
