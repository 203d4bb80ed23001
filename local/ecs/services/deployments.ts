import type { EcsContext } from '../context.ts';
import { publishAction, publishDeployment } from '../events.ts';
import type { DeploymentRecord, RevisionRecord, ServiceDeploymentRecord, ServiceRecord } from '../model.ts';
import { failureThreshold, noBackoff } from '../scheduler/breaker.ts';
import { openAlarms } from '../strategies/alarms.ts';
import { closeHooks, openHooks } from '../strategies/hooks.ts';
import type { RolloutRecord } from '../strategies/record.ts';
import { firstPosition, shiftTraffic } from '../strategies/rollout.ts';
import { withServingGroups } from '../strategies/target-groups.ts';
import { isRolling } from '../strategies/traffic.ts';
import { changeDeployment, changeService, changeServiceDeployment, hasEnded, say } from './book.ts';

const historyCeiling = 100;
const historyMs = 90 * 24 * 60 * 60_000;

/** Makes `revision` what the service moves to; what was under way before is superseded. */
export function beginDeployment(context: EcsContext, key: string, revision: RevisionRecord): void {
  const service = context.state.services.get(key);
  if (!service) return;
  supersede(context, service);
  const { rollout, target } = planned(context, service, revision);
  const now = context.clock.now();
  const arn = context.arns.serviceDeployment(service.cluster, service.name, context.ids.serviceDeployment());
  const threshold = failureThreshold(service.configuration.deploymentCircuitBreaker, service.desiredCount);
  const alarms = openAlarms(context, service);
  context.state.revisions.put(target.arn, target);
  context.state.serviceDeployments.put(arn, {
    arn,
    serviceKey: key,
    serviceArn: service.arn,
    clusterArn: service.clusterArn,
    status: 'IN_PROGRESS',
    sourceRevisions: service.deployments.map(({ revisionArn }) => revisionArn),
    targetRevision: target.arn,
    configuration: service.configuration,
    breaker: { failures: 0, threshold: threshold ?? 0, triggered: false },
    ...(alarms ? { alarms } : {}),
    ...(rollout ? { rollout } : {}),
    createdAt: now,
    updatedAt: now,
    startedAt: now,
  });
  const id = context.ids.deployment();
  prepend(context, service, newDeployment(context, id, target, arn, `ECS deployment ${id} in progress.`));
  if (rollout) openHooks(context, arn, rollout);
  trimHistory(context, key);
}

/** Where a deployment by the service's strategy begins, and the target revision with its target groups. */
function planned(
  context: EcsContext,
  service: ServiceRecord,
  revision: RevisionRecord,
): { readonly rollout: RolloutRecord | undefined; readonly target: RevisionRecord } {
  const blue = context.state.revisions.get(service.completed?.revisionArn ?? '');
  const rolls = isRolling(service.configuration);
  const target = withServingGroups(revision, blue, !rolls && blue !== undefined);
  if (rolls) return { rollout: undefined, target };
  const rollout: RolloutRecord = {
    ...(blue ? { blueRevision: blue.arn } : {}),
    ...firstPosition(service.deployments.length),
    enteredAt: context.clock.now(),
    isReturning: false,
    hooks: [],
  };
  return { rollout, target };
}

/** Everything of the new revision serves and nothing else is left. */
export function completeDeployment(context: EcsContext, key: string, deploymentId: string): void {
  const service = context.state.services.get(key);
  const deployment = service?.deployments.find(({ id }) => id === deploymentId);
  if (!service || !deployment) return;
  const reason = `ECS deployment ${deployment.id} completed.`;
  changeDeployment(context, key, deployment.id, { rolloutState: 'COMPLETED', rolloutReason: reason });
  changeService(context, key, {
    completed: { deploymentId: deployment.id, revisionArn: deployment.revisionArn },
  });
  endServiceDeployment(context, deployment, deployment.isRollback ? 'ROLLBACK_SUCCESSFUL' : 'SUCCESSFUL');
  say(context, key, `(deployment ${deployment.id}) deployment completed.`);
  announce(context, service, 'SERVICE_DEPLOYMENT_COMPLETED', deployment.id, reason);
}

/** Forgets a replaced deployment of which no task is left. */
export function retireDeployment(context: EcsContext, key: string, deploymentId: string): void {
  const service = context.state.services.get(key);
  if (!service) return;
  changeService(context, key, {
    deployments: service.deployments.filter(({ id }) => id !== deploymentId),
  });
}

/** What is under way ends as STOPPED: it neither succeeded nor failed. */
export function supersede(context: EcsContext, service: ServiceRecord, reason = superseded): void {
  for (const { serviceDeploymentArn } of service.deployments) {
    const running = context.state.serviceDeployments.get(serviceDeploymentArn);
    if (!running || hasEnded(running)) continue;
    const now = context.clock.now();
    returnTraffic(context, running);
    closeHooks(context, running.arn, 'FAILED');
    changeServiceDeployment(context, running.arn, {
      status: 'STOPPED',
      statusReason: reason,
      stoppedAt: now,
      finishedAt: now,
    });
  }
}

/** Whatever comes next, the revision that is given up serves no longer; once it is committed it is blue itself. */
function returnTraffic(context: EcsContext, { arn, rollout, targetRevision }: ServiceDeploymentRecord): void {
  const green = context.state.revisions.get(targetRevision);
  const blue = context.state.revisions.get(rollout?.blueRevision ?? '');
  if (!rollout || !green || !blue || rollout.stage === 'CLEAN_UP') return;
  shiftTraffic(context, green, blue, { production: 0, test: 0 });
  changeServiceDeployment(context, arn, { rollout: { ...rollout, isReturning: true } });
}

const superseded = 'A newer service deployment has replaced this one.';

/** Marks a deployment FAILED and tells of it; `spoken` is the reason as the service's messages have it. */
export function markFailed(
  context: EcsContext,
  service: ServiceRecord,
  failed: DeploymentRecord,
  reason: string,
  spoken = reason,
): void {
  changeDeployment(context, service.key, failed.id, { rolloutState: 'FAILED', rolloutReason: reason });
  say(context, service.key, `(deployment ${failed.id}) deployment failed: ${spoken}`);
  announce(context, service, 'SERVICE_DEPLOYMENT_FAILED', failed.id, reason);
}

/** Ends a service deployment. */
export function endServiceDeployment(
  context: EcsContext,
  deployment: DeploymentRecord,
  status: 'SUCCESSFUL' | 'STOPPED' | 'ROLLBACK_SUCCESSFUL' | 'ROLLBACK_FAILED',
  statusReason?: string,
): void {
  const now = context.clock.now();
  changeServiceDeployment(context, deployment.serviceDeploymentArn, {
    status,
    finishedAt: now,
    ...(status === 'STOPPED' ? { stoppedAt: now } : {}),
    ...(statusReason === undefined ? {} : { statusReason }),
  });
}

/** A PRIMARY deployment that begins now. */
export function newDeployment(
  context: EcsContext,
  id: string,
  revision: RevisionRecord,
  serviceDeploymentArn: string,
  rolloutReason: string,
): DeploymentRecord {
  const now = context.clock.now();
  return {
    id,
    status: 'PRIMARY',
    revisionArn: revision.arn,
    definitionArn: revision.definitionArn,
    serviceDeploymentArn,
    rolloutState: 'IN_PROGRESS',
    rolloutReason,
    isRollback: false,
    failures: 0,
    backoff: noBackoff,
    impairedTold: false,
    createdAt: now,
    updatedAt: now,
  };
}

/** Puts a deployment before the others, which are no longer PRIMARY. */
export function prepend(context: EcsContext, service: ServiceRecord, deployment: DeploymentRecord): void {
  const others = service.deployments.map((other) => ({ ...other, status: 'ACTIVE' as const }));
  changeService(context, service.key, { deployments: [deployment, ...others], steady: false });
  announce(context, service, 'SERVICE_DEPLOYMENT_IN_PROGRESS', deployment.id, deployment.rolloutReason);
}

function announce(
  context: EcsContext,
  service: ServiceRecord,
  eventName: Parameters<typeof publishDeployment>[2],
  deploymentId: string,
  reason: string,
): void {
  publishDeployment(context, service.arn, eventName, deploymentId, reason);
  publishAction(context, service, eventName, reason);
}

/** Keeps the newest service deployments, and the revisions that something still refers to. */
function trimHistory(context: EcsContext, key: string): void {
  const { serviceDeployments, revisions, services } = context.state;
  const all = serviceDeployments.of(key);
  const before = context.clock.now() - historyMs;
  const excess = Math.max(0, all.length - historyCeiling);
  all.forEach(({ arn, createdAt }, index) => {
    if (index < excess || createdAt < before) serviceDeployments.delete(arn);
  });
  const used = new Set<string | undefined>([services.get(key)?.completed?.revisionArn]);
  for (const { revisionArn } of services.get(key)?.deployments ?? []) used.add(revisionArn);
  for (const kept of serviceDeployments.of(key)) {
    used.add(kept.targetRevision);
    for (const source of kept.sourceRevisions) used.add(source);
  }
  for (const arn of [...revisions.keysOf(key)]) if (!used.has(arn)) revisions.delete(arn);
}
