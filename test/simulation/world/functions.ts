import type { ECSClient } from '@aws-sdk/client-ecs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { tasksOfService } from '../../../core/aws/ecs/tasks.ts';
import { catchUp } from '../../../core/intake/catch-up.ts';
import { type IntakeDependencies, takeIn } from '../../../core/intake/intake.ts';
import { newestOfEach } from '../../../core/intake/newest.ts';
import { type Ref, refKey } from '../../../core/kernel/plan.ts';
import type { Alarms, Store } from '../../../core/kernel/ports.ts';
import type { Engine } from '../../../core/kernel/reconcile.ts';
import { type ServiceState, siblingRoles } from '../../../core/services/model.ts';
import { listOfServices, siblingName } from '../../../core/services/records.ts';
import { type BatchAnswer, eachRecord, type QueueRecord } from '../../../functions/support/batch.ts';
import { answerHook as answer } from '../../../functions/support/hook.ts';
import { lookAtEach } from '../../../functions/support/wake.ts';
import type { WorldClock } from './clock.ts';
import type { Handled } from './queue.ts';

/** What one instance of a function is made of, as `functions/composition.ts` makes it. */
export interface Parts extends IntakeDependencies {
  readonly store: Store;
  /** Of `wake`; the API only takes in, and the hook decides without hands. */
  readonly engine: Engine;
  readonly work: Engine;
  readonly api: Engine;
  readonly hook: Engine;
  readonly alarms: Alarms;
  readonly ecs: ECSClient;
  readonly sqs: SQSClient;
  readonly deadLetterQueue: string;
}

type Records = readonly QueueRecord[];

/** As `functions/wake.ts`. */
export const wake = (parts: Parts, records: Records) => lookAt(records, parts);

/** As `functions/work.ts`. */
export const work = (parts: Parts, records: Records) => lookAt(records, { ...parts, engine: parts.work });

const lookAt = async (records: Records, parts: Parts): Promise<Handled> =>
  handledOf(await lookAtEach({ Records: records }, parts));

/** As `functions/ecs-events.ts`. */
export function takeEvents(parts: Parts, records: Records): Promise<Handled> {
  const rung = new Map<string, Promise<void>>();
  const notice = (owner: Ref) => {
    const key = refKey(owner);
    if (!rung.has(key)) rung.set(key, parts.alarms.ring(owner, parts.clock.now()));
    return rung.get(key);
  };
  const batch = { ...parts, store: newestOfEach(parts.store) };
  return each(parts, records, (body) => takeIn(body, batch, notice));
}

/** As `functions/sweep.ts`. */
export async function sweep(parts: Parts, environment: string): Promise<void> {
  const now = parts.clock.now();
  const due = await parts.store.due(now, 500);
  await Promise.all(due.map((ref) => parts.alarms.ring(ref, now)));
  const { entries } = await parts.store.query({ list: listOfServices(environment), limit: 100 });
  for (const { cluster, ecsName } of entries.flatMap(({ body }) => namesInEcs(body as ServiceState))) {
    try {
      const tasks = await tasksOfService(parts.ecs, cluster, ecsName);
      await catchUp({ environment, ecsName }, tasks, parts.store);
    } catch (error) {
      parts.log.warn('the tasks of a service could not be read', { ecsName, error: String(error) });
    }
  }
}

function namesInEcs({ cluster, ecsName, target, siblings = {} }: ServiceState) {
  const roles = siblingRoles.filter((role) => siblings[role]);
  const names = [...(target ? [ecsName] : []), ...roles.map((role) => siblingName(ecsName, role))];
  return names.map((name) => ({ cluster, ecsName: name }));
}

/** As `functions/hook.ts`, by the world's own time. */
export const answerHook = (payload: unknown, parts: Parts, clock: WorldClock) =>
  answer(payload, {
    ...parts,
    engine: parts.hook,
    wait: (ms, _value, { signal }) =>
      new Promise((resolve) => {
        const timer = clock.after(ms, () => resolve(undefined));
        signal.addEventListener('abort', () => timer.cancel());
      }),
  });

async function each(
  parts: Parts,
  records: Records,
  handle: (body: string) => Promise<void>,
): Promise<Handled> {
  return handledOf(await eachRecord({ Records: records }, handle, parts));
}

const handledOf = ({ batchItemFailures }: BatchAnswer): Handled => ({
  failed: new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)),
});
