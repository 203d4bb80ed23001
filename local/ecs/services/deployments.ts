import type { EcsContext } from '../context.ts';
import { publishAction, publishDeployment } from '../events.ts';
import type { DeploymentRecord, RevisionRecord, ServiceRecord } from '../model.ts';
import { failureThreshold, noBackoff } from '../scheduler/breaker.ts';
import { changeDeployment, changeService, changeServiceDeployment, hasEnded, say } from './book.ts';

const historyCeiling = 100;

/** Makes `revision` what the service moves to; what was under way before is superseded. */
export function beginDeployment(context: EcsContext, key: string, revision: RevisionRecord): void {
  const service = context.state.services.get(key);
  if (!service) return;
  const now = context.clock.now();
  supersede(context, service);
  const arn = context.arns.serviceDeployment(service.cluster, service.name, context.ids.serviceDeployment());
  const threshold = failureThreshold(service.configuration.deploymentCircuitBreaker, service.desiredCount);
  context.state.revisions.put(revision.arn, revision);
  context.state.serviceDeployments.put(arn, {
    arn,
    serviceKey: key,
    serviceArn: service.arn,
    clusterArn: service.clusterArn,
    status: 'IN_PROGRESS',
    sourceRevisions: service.deployments.map(({ revisionArn }) => revisionArn),
    targetRevision: revision.arn,
    configuration: service.configuration,
    breaker: { failures: 0, threshold: threshold ?? 0, triggered: false },
    createdAt: now,
    updatedAt: now,
    startedAt: now,
  });
  const id = context.ids.deployment();
  prepend(context, service, newDeployment(context, id, revision, arn, `ECS deployment ${id} in progress.`));
  trimHistory(context, key);
}

/** The circuit breaker has tripped: back to what last completed, or a stall where nothing ever did. */
export function failDeployment(context: EcsContext, key: string, deploymentId: string): void {
  const service = context.state.services.get(key);
  const deployment = service?.deployments.find(({ id }) => id === deploymentId);
  if (!service || !deployment) return;
  const mayReturn = service.configuration.deploymentCircuitBreaker?.rollback === true;
  const reason = 'ECS deployment circuit breaker: tasks failed to start.';
  markFailed(context, service, deployment, reason);
  if (
    !deployment.isRollback &&
    mayReturn &&
    rollBack(context, key, deployment, 'ECS deployment circuit breaker')
  )
    return;
  endServiceDeployment(context, deployment, deployment.isRollback ? 'ROLLBACK_FAILED' : 'STOPPED', reason);
}

/** As the circuit breaker would, but because somebody asked; false, and nothing changed, when there is no way back. */
export function returnTo(
  context: EcsContext,
  key: string,
  deployment: DeploymentRecord,
  cause: string,
): boolean {
  const service = context.state.services.get(key);
  if (!service || !canReturn(context, service, deployment)) return false;
  changeServiceDeployment(context, deployment.serviceDeploymentArn, { status: 'ROLLBACK_REQUESTED' });
  markFailed(context, service, deployment, `${cause}.`);
  return rollBack(context, key, deployment, cause);
}

function canReturn(context: EcsContext, service: ServiceRecord, from: DeploymentRecord): boolean {
  const arn = service.completed?.revisionArn;
  return arn !== undefined && arn !== from.revisionArn && context.state.revisions.get(arn) !== undefined;
}

/**
 * Returns to the revision that last completed; false when there is none. Its tasks that still run are kept: they
 * become the rollback deployment's.
 */
function rollBack(context: EcsContext, key: string, failed: DeploymentRecord, cause: string): boolean {
  const service = context.state.services.get(key);
  const target = service?.completed;
  const revision = target && context.state.revisions.get(target.revisionArn);
  if (!service || !target || !revision || !canReturn(context, service, failed)) return false;
  const now = context.clock.now();
  const reason = `${cause}: rolling back to deploymentId ${target.deploymentId}.`;
  changeServiceDeployment(context, failed.serviceDeploymentArn, {
    status: 'ROLLBACK_IN_PROGRESS',
    statusReason: reason,
    rollback: { reason, startedAt: now, revisionArn: revision.arn },
  });
  const next = newDeployment(
    context,
    context.ids.deployment(),
    revision,
    failed.serviceDeploymentArn,
    reason,
  );
  say(context, key, `rolling back to deployment ${target.deploymentId}.`);
  const spoken = context.state.services.get(key) ?? service;
  const others = spoken.deployments.filter(({ revisionArn }) => revisionArn !== revision.arn);
  prepend(context, { ...spoken, deployments: others }, { ...next, isRollback: true });
  return true;
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

/** Ends what is under way because its user says so, without a return. */
export function abortDeployment(context: EcsContext, key: string, deployment: DeploymentRecord): void {
  const service = context.state.services.get(key);
  if (!service) return;
  const reason = 'The service deployment was stopped by StopServiceDeployment.';
  markFailed(context, service, deployment, reason);
  endServiceDeployment(context, deployment, 'STOPPED', reason);
}

/** What is under way ends as STOPPED: it neither succeeded nor failed. */
export function supersede(context: EcsContext, service: ServiceRecord, reason = superseded): void {
  for (const { serviceDeploymentArn } of service.deployments) {
    const running = context.state.serviceDeployments.get(serviceDeploymentArn);
    if (!running || hasEnded(running)) continue;
    const now = context.clock.now();
    changeServiceDeployment(context, running.arn, {
      status: 'STOPPED',
      statusReason: reason,
      stoppedAt: now,
      finishedAt: now,
    });
  }
}

const superseded = 'A newer service deployment has replaced this one.';

function markFailed(context: EcsContext, service: ServiceRecord, failed: DeploymentRecord, reason: string) {
  changeDeployment(context, service.key, failed.id, { rolloutState: 'FAILED', rolloutReason: reason });
  say(context, service.key, `(deployment ${failed.id}) deployment failed: ${reason}`);
  announce(context, service, 'SERVICE_DEPLOYMENT_FAILED', failed.id, reason);
}

function endServiceDeployment(
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

function newDeployment(
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

function prepend(context: EcsContext, service: ServiceRecord, deployment: DeploymentRecord): void {
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
  for (const { arn } of all.slice(0, Math.max(0, all.length - historyCeiling)))
    serviceDeployments.delete(arn);
  const used = new Set<string | undefined>([services.get(key)?.completed?.revisionArn]);
  for (const { revisionArn } of services.get(key)?.deployments ?? []) used.add(revisionArn);
  for (const kept of serviceDeployments.of(key)) {
    used.add(kept.targetRevision);
    for (const source of kept.sourceRevisions) used.add(source);
  }
  for (const arn of [...revisions.keysOf(key)]) if (!used.has(arn)) revisions.delete(arn);
}
