import type { EcsContext } from '../context.ts';
import { publishHook } from '../events.ts';
import type { ServiceDeploymentRecord } from '../model.ts';
import { changeServiceDeployment } from '../services/book.ts';
import { isOpen } from './hook-decisions.ts';
import type { HookRecord, HookStatus } from './record.ts';
import type { Position } from './stages.ts';

const keptHooks = 100;
const defaultTimeoutMinutes = 1440;

/** Begins the hooks that the configuration has for a stage: stores them first, then tells of them. */
export function openHooks(context: EcsContext, arn: string, position: Position, isReturning = false): void {
  const record = context.state.serviceDeployments.get(arn);
  if (!record?.rollout) return;
  const now = context.clock.now();
  const configured = (record.configuration.lifecycleHooks ?? []).filter(({ lifecycleStages }) =>
    lifecycleStages?.includes(position.stage),
  );
  const opened = configured.map((hook): HookRecord => {
    const type = hook.targetType === 'PAUSE' ? 'PAUSE' : 'AWS_LAMBDA';
    const minutes = hook.timeoutConfiguration?.timeoutInMinutes ?? defaultTimeoutMinutes;
    return {
      id: `ecs-${type === 'PAUSE' ? 'pause' : 'lambda'}-${context.ids.hex(43)}`,
      type,
      ...position,
      isReturning,
      ...(hook.hookTargetArn === undefined ? {} : { targetArn: hook.hookTargetArn }),
      status: type === 'PAUSE' ? 'AWAITING_ACTION' : 'IN_PROGRESS',
      expiresAt: now + minutes * 60_000,
      timeoutAction: hook.timeoutConfiguration?.action === 'CONTINUE' ? 'CONTINUE' : 'ROLLBACK',
      invokeAt: now,
      ...(hook.hookDetails === undefined ? {} : { details: hook.hookDetails }),
    };
  });
  if (opened.length === 0) return;
  storeHooks(context, record, [...record.rollout.hooks.slice(-keptHooks), ...opened]);
  for (const hook of opened) publishHook(context, record, hook);
}

/** Ends an open hook, or has its function called again later; one that has ended stays as it is. */
export function changeHook(
  context: EcsContext,
  arn: string,
  hookId: string,
  change: Partial<Pick<HookRecord, 'status' | 'invokeAt' | 'details'>>,
): void {
  const record = context.state.serviceDeployments.get(arn);
  const before = record?.rollout?.hooks.find(({ id }) => id === hookId);
  if (!record?.rollout || !before || !isOpen(before)) return;
  const after = { ...before, ...change };
  storeHooks(
    context,
    record,
    record.rollout.hooks.map((hook) => (hook.id === hookId ? after : hook)),
  );
  if (after.status !== before.status) publishHook(context, record, after);
}

/** Ends all that is open, as a roll-back does whatever the others would have said. */
export function closeHooks(context: EcsContext, arn: string, status: HookStatus): void {
  const hooks = context.state.serviceDeployments.get(arn)?.rollout?.hooks ?? [];
  for (const { id } of hooks.filter(isOpen)) changeHook(context, arn, id, { status });
}

/** The hooks that count now: of the stage and step, or those of the return. */
export function currentHooks({ rollout }: ServiceDeploymentRecord): readonly HookRecord[] {
  if (!rollout) return [];
  return rollout.hooks.filter((hook) =>
    rollout.isReturning
      ? hook.isReturning
      : !hook.isReturning && hook.stage === rollout.stage && hook.step === rollout.step,
  );
}

function storeHooks(
  context: EcsContext,
  record: ServiceDeploymentRecord,
  hooks: readonly HookRecord[],
): void {
  if (!record.rollout) return;
  changeServiceDeployment(context, record.arn, { rollout: { ...record.rollout, hooks } });
}
