import type { EcsContext } from '../context.ts';
import type { RevisionRecord, ServiceDeploymentRecord, ServiceRecord } from '../model.ts';
import type { TrafficWeight } from '../ports.ts';
import { changeService, changeServiceDeployment } from '../services/book.ts';
import { closeHooks, openHooks } from './hooks.ts';
import { isBefore, type Position } from './stages.ts';
import { servingGroups } from './target-groups.ts';
import { intendedShares, type Shares, trafficSteps, weightsOf } from './traffic.ts';

/** Where a deployment begins: with more revisions about than the one that serves, by putting that right. */
export function firstPosition(revisions: number): Position {
  return { stage: revisions > 1 ? 'RECONCILE_SERVICE' : 'PRE_SCALE_UP', step: 0 };
}

/** Stores the stage and begins its hooks. From CLEAN_UP on there is no way back to blue. */
export function enterStage(
  context: EcsContext,
  service: ServiceRecord,
  record: ServiceDeploymentRecord,
  position: Position,
): void {
  if (!record.rollout) return;
  const rollout = { ...record.rollout, ...position, enteredAt: context.clock.now() };
  changeServiceDeployment(context, record.arn, { rollout });
  const target = service.deployments.find(({ revisionArn }) => revisionArn === record.targetRevision);
  if (position.stage === 'CLEAN_UP' && target) {
    changeService(context, service.key, {
      completed: { deploymentId: target.id, revisionArn: target.revisionArn },
    });
  }
  openHooks(context, record.arn, position);
}

/** Turns the rollout round, and runs the hooks that ECS runs again when traffic goes back. */
export function beginReturn(context: EcsContext, arn: string): void {
  const rollout = context.state.serviceDeployments.get(arn)?.rollout;
  if (!rollout) return;
  closeHooks(context, arn, 'FAILED');
  const { stage, step } = rollout;
  const latest = context.state.serviceDeployments.get(arn)?.rollout ?? rollout;
  changeServiceDeployment(context, arn, { rollout: { ...latest, isReturning: true } });
  const hasShifted = !isBefore(stage, 'PRODUCTION_TRAFFIC_SHIFT') || step > 0;
  if (hasShifted) openHooks(context, arn, { stage: 'PRODUCTION_TRAFFIC_SHIFT', step }, true);
  if (!isBefore(stage, 'TEST_TRAFFIC_SHIFT')) {
    openHooks(context, arn, { stage: 'TEST_TRAFFIC_SHIFT', step }, true);
  }
}

/** What the target revision is meant to have of the traffic; undefined for a rolling deployment. */
export function sharesOf(record: ServiceDeploymentRecord): Shares | undefined {
  const { rollout, configuration } = record;
  if (!rollout) return undefined;
  const steps = trafficSteps(configuration, rollout.blueRevision !== undefined);
  return intendedShares(rollout, steps, rollout.isReturning);
}

/** Brings the listener rules of `green` to its shares; rules that say so already are left alone. */
export function shiftTraffic(
  context: EcsContext,
  green: RevisionRecord,
  blue: RevisionRecord | undefined,
  shares: Shares,
): void {
  green.loadBalancers.forEach(({ targetGroupArn, advancedConfiguration }, index) => {
    const greenGroup = servingGroups(green)[index];
    if (!advancedConfiguration || greenGroup === undefined) return;
    const pair = [targetGroupArn, advancedConfiguration.alternateTargetGroupArn];
    const other = pair.find((group) => group !== undefined && group !== greenGroup);
    const blueGroup = (blue && servingGroups(blue)[index]) ?? other;
    if (blueGroup === undefined || blueGroup === greenGroup) return;
    const { productionListenerRule, testListenerRule } = advancedConfiguration;
    setWeights(context, productionListenerRule, blueGroup, greenGroup, shares.production);
    setWeights(context, testListenerRule, blueGroup, greenGroup, shares.test);
  });
}

/** A listener rule of the revision whose weights cannot be set, because it is gone or forwards no longer. */
export function lostRuleOf(context: EcsContext, { loadBalancers }: RevisionRecord): string | undefined {
  return loadBalancers
    .flatMap(({ advancedConfiguration: advanced }) => [
      advanced?.productionListenerRule,
      advanced?.testListenerRule,
    ])
    .find((rule) => rule !== undefined && context.trafficRules.weights(rule) === undefined);
}

function setWeights(
  context: EcsContext,
  rule: string | undefined,
  blueGroup: string,
  greenGroup: string,
  greenPercent: number,
): void {
  const before = rule === undefined ? undefined : context.trafficRules.weights(rule);
  if (rule === undefined || !before) return;
  const { blue, green } = weightsOf(greenPercent);
  const wanted = [
    { targetGroupArn: blueGroup, weight: blue },
    { targetGroupArn: greenGroup, weight: green },
  ];
  if (!isSame(before, wanted)) context.trafficRules.setWeights(rule, wanted);
}

function isSame(one: readonly TrafficWeight[], other: readonly TrafficWeight[]): boolean {
  return (
    one.length === other.length &&
    other.every(({ targetGroupArn, weight }) =>
      one.some((entry) => entry.targetGroupArn === targetGroupArn && entry.weight === weight),
    )
  );
}
