import type { ProtectedTask } from '@aws-sdk/client-ecs';
import type { EcsContext } from '../context.ts';
import { invalid } from '../errors.ts';
import type { TaskRecord } from '../model.ts';
import type { Wire } from '../wire.ts';

/** ECS's default, in minutes. */
const usualMinutes = 120;

/** Until when a task is protected from scale-in, in epoch milliseconds; 0 for not at all. */
export function protectionEnd(
  { clock }: Pick<EcsContext, 'clock'>,
  isEnabled: boolean,
  minutes = usualMinutes,
): number {
  if (minutes < 1 || minutes > 2880) throw invalid('expiresInMinutes must be between 1 and 2880.');
  return isEnabled ? clock.now() + minutes * 60_000 : 0;
}

/** Whether the scheduler must not stop the task to scale in, at `nowMs`. */
export function isProtected({ protectedUntil = 0 }: TaskRecord, nowMs: number): boolean {
  return protectedUntil > nowMs;
}

export function protectionView(task: TaskRecord, nowMs: number): Wire<ProtectedTask> {
  const until = task.protectedUntil ?? 0;
  const protectionEnabled = isProtected(task, nowMs);
  return {
    taskArn: task.arn,
    protectionEnabled,
    ...(protectionEnabled ? { expirationDate: until / 1000 } : {}),
  };
}
