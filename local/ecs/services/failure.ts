import type { EcsContext } from '../context.ts';
import type { DeploymentRecord, ServiceRecord } from '../model.ts';
import { failureThreshold } from '../scheduler/breaker.ts';
import type { FailureCause } from '../scheduler/decide.ts';
import { closeHooks } from '../strategies/hooks.ts';
import { beginReturn } from '../strategies/rollout.ts';
import { changeServiceDeployment, hasEnded, say } from './book.ts';
import { endServiceDeployment, markFailed, newDeployment, prepend } from './deployments.ts';

/** The deployment has failed: back to what last completed where that is wanted, or a stall where nothing ever did. */
export function failDeployment(
  context: EcsContext,
  key: string,
  deploymentId: string,
  cause: FailureCause,
): void {
  const service = context.state.services.get(key);
  const deployment = service?.deployments.find(({ id }) => id === deploymentId);
  if (!service || !deployment) return;
  const { detector, reason, mayReturn } = explain(service, cause);
  noteCause(context, service, deployment, cause);
  markFailed(context, service, deployment, `${detector}: ${reason}.`, `${reason}.`);
  if (!deployment.isRollback && mayReturn && rollBack(context, key, deployment, detector)) return;
  closeHooks(context, deployment.serviceDeploymentArn, 'FAILED');
  const status = deployment.isRollback ? 'ROLLBACK_FAILED' : 'STOPPED';
  endServiceDeployment(context, deployment, status, `${detector}: ${reason}.`);
}

function explain({ configuration }: ServiceRecord, cause: FailureCause) {
  const { deploymentCircuitBreaker, alarms } = configuration;
  switch (cause.kind) {
    case 'breaker':
      return {
        detector: 'ECS deployment circuit breaker',
        reason: 'tasks failed to start',
        mayReturn: deploymentCircuitBreaker?.rollback === true,
      };
    case 'alarm':
      return {
        detector: 'ECS deployment alarms',
        reason: `alarm detected: ${cause.names.join(', ')}`,
        mayReturn: alarms?.rollback === true,
      };
    case 'hook':
      return {
        detector: 'ECS deployment lifecycle hook',
        reason: `${cause.hookId} did not succeed`,
        mayReturn: true,
      };
    case 'stage':
      return {
        detector: 'ECS deployment lifecycle stage',
        reason: `${cause.stage} timed out`,
        mayReturn: true,
      };
    case 'rule':
      return {
        detector: 'ECS deployment lifecycle stage',
        reason: `the listener rule ${cause.ruleArn} cannot be changed`,
        mayReturn: true,
      };
  }
}

/** Keeps the service deployment's view of what tripped. */
function noteCause(
  context: EcsContext,
  service: ServiceRecord,
  deployment: DeploymentRecord,
  cause: FailureCause,
): void {
  const record = context.state.serviceDeployments.get(deployment.serviceDeploymentArn);
  if (!record) return;
  if (cause.kind === 'alarm') {
    changeServiceDeployment(context, record.arn, { alarms: { isIgnored: false, triggered: cause.names } });
  }
  if (cause.kind === 'breaker') noteBreaker(context, service.key, deployment.id, true);
}

/** Keeps the service deployment's view of the circuit breaker: what tripped it stays, whatever its roll-back does. */
export function noteBreaker(
  context: EcsContext,
  key: string,
  deploymentId: string,
  triggered: boolean,
): void {
  const service = context.state.services.get(key);
  const deployment = service?.deployments.find(({ id }) => id === deploymentId);
  const arn = deployment?.serviceDeploymentArn ?? '';
  const before = context.state.serviceDeployments.get(arn);
  if (!service || !deployment || !before || hasEnded(before)) return;
  if (before.breaker.triggered && !triggered) return;
  const breaker = service.configuration.deploymentCircuitBreaker;
  changeServiceDeployment(context, arn, {
    breaker: {
      failures: deployment.failures,
      threshold: failureThreshold(breaker, service.desiredCount) ?? 0,
      triggered: triggered || before.breaker.triggered,
    },
  });
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
 * Returns to the revision that last completed; false when there is none. As on ECS the deployment that completed
 * becomes PRIMARY again under its own id, with the tasks of it that still run.
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
  beginReturn(context, failed.serviceDeploymentArn);
  const next = newDeployment(context, target.deploymentId, revision, failed.serviceDeploymentArn, reason);
  say(context, key, `rolling back to deployment ${target.deploymentId}.`);
  const spoken = context.state.services.get(key) ?? service;
  const others = spoken.deployments.filter(({ revisionArn }) => revisionArn !== revision.arn);
  prepend(context, { ...spoken, deployments: others }, { ...next, isRollback: true });
  return true;
}

/** Ends what is under way because its user says so, without a return. */
export function abortDeployment(context: EcsContext, key: string, deployment: DeploymentRecord): void {
  const service = context.state.services.get(key);
  if (!service) return;
  const reason = 'The service deployment was stopped by StopServiceDeployment.';
  markFailed(context, service, deployment, reason);
  closeHooks(context, deployment.serviceDeploymentArn, 'FAILED');
  endServiceDeployment(context, deployment, 'STOPPED', reason);
}
