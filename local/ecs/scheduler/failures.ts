import type { EcsContext } from '../context.ts';
import { publishAction } from '../events.ts';
import type { ServiceRecord, TaskRecord } from '../model.ts';
import { changeDeployment, say } from '../services/book.ts';
import { noteBreaker } from '../services/failure.ts';
import type { TaskBook } from '../tasks/book.ts';
import { afterFailure, noBackoff } from './breaker.ts';
import { deploymentOf, type HealthReport } from './snapshot.ts';

const impairedAfterRounds = 3;

/**
 * A task that ended by itself or failed its health checks counts against the deployment while that is under
 * way, and slows further starts unless it had been healthy.
 */
export function countFailure(context: EcsContext, task: TaskRecord): void {
  const key = task.service?.key ?? '';
  const service = context.state.services.get(key);
  const deployment = service && deploymentOf(service, task);
  if (!service || !deployment) return;
  const failed = { createdAt: task.createdAt, reachedRunning: task.startedAt !== undefined };
  const backoff = task.reachedHealthy
    ? deployment.backoff
    : afterFailure(deployment.backoff, failed, context.clock.now());
  const isUnderWay = deployment.rolloutState === 'IN_PROGRESS';
  const isImpaired = backoff.round >= impairedAfterRounds && !deployment.impairedTold;
  changeDeployment(context, key, deployment.id, {
    backoff,
    impairedTold: deployment.impairedTold || isImpaired,
    ...(isUnderWay ? { failures: deployment.failures + 1 } : {}),
  });
  if (isUnderWay) noteBreaker(context, key, deployment.id, false);
  if (!isImpaired) return;
  say(context, key, 'is unable to consistently start tasks successfully.');
  publishAction(context, service, 'SERVICE_TASK_START_IMPAIRED');
}

/** The first time a task is healthy ends the back-off and, unless told otherwise, the breaker's count. */
export function noteHealthy(
  context: EcsContext,
  book: TaskBook,
  service: ServiceRecord,
  tasks: readonly TaskRecord[],
  health: ReadonlyMap<string, HealthReport>,
): void {
  for (const task of tasks) {
    if (task.reachedHealthy || health.get(task.id)?.health !== 'healthy') continue;
    book.note(task.id, { reachedHealthy: true });
    const deployment = deploymentOf(service, task);
    if (!deployment) continue;
    const resets = service.configuration.deploymentCircuitBreaker?.resetOnHealthyTask !== false;
    changeDeployment(context, service.key, deployment.id, {
      backoff: noBackoff,
      impairedTold: false,
      ...(resets ? { failures: 0 } : {}),
    });
    if (resets) noteBreaker(context, service.key, deployment.id, false);
  }
}
