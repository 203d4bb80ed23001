import type { ECSClient } from '@aws-sdk/client-ecs';
import { tasksOfService } from '../../../core/aws/ecs/tasks.ts';
import { catchUp } from '../../../core/intake/catch-up.ts';
import { type IntakeDependencies, type Owner, takeIn } from '../../../core/intake/intake.ts';
import type { Ref } from '../../../core/kernel/plan.ts';
import type { Alarms } from '../../../core/kernel/ports.ts';
import type { Engine } from '../../../core/kernel/reconcile.ts';
import type { ServiceState } from '../../../core/services/model.ts';
import { listOfServices, serviceIdOf, serviceRef } from '../../../core/services/records.ts';

/** What one instance of a function is made of, as `functions/composition.ts` makes it. */
export interface Parts extends IntakeDependencies {
  readonly engine: Engine;
  readonly alarms: Alarms;
  readonly ecs: ECSClient;
}

/** As `functions/wake.ts`. */
export async function wake(parts: Parts, refs: readonly Ref[]): Promise<void> {
  const looks = await Promise.allSettled(refs.map((ref) => parts.engine.wake([ref])));
  throwFirst(looks);
}

/** As `functions/ecs-events.ts`. */
export async function takeEvents(parts: Parts, bodies: readonly string[]): Promise<void> {
  const looks = new Map<string, Promise<void>>();
  const notice = ({ environment, ecsName }: Owner) => {
    const id = serviceIdOf(environment, ecsName);
    if (!looks.has(id)) looks.set(id, lookAt(parts, id));
  };
  const taken = await Promise.allSettled(bodies.map((body) => takeIn(body, parts, notice)));
  await Promise.all(looks.values());
  throwFirst(taken);
}

async function lookAt(parts: Parts, service: string): Promise<void> {
  try {
    await parts.engine.wake([serviceRef(service)]);
  } catch {
    await parts.alarms.ring(serviceRef(service), parts.clock.now() + 1000);
  }
}

/** As `functions/sweep.ts`. */
export async function sweep(parts: Parts, environment: string): Promise<void> {
  const now = parts.clock.now();
  const due = await parts.store.due(now, 500);
  await Promise.all(due.map((ref) => parts.alarms.ring(ref, now)));
  const { entries } = await parts.store.query({ list: listOfServices(environment), limit: 100 });
  for (const { cluster, ecsName, applied } of entries.map(({ body }) => body as ServiceState)) {
    if (!applied) continue;
    try {
      const tasks = await tasksOfService(parts.ecs, cluster, ecsName);
      await catchUp({ environment, ecsName }, tasks, parts.store);
    } catch (error) {
      parts.log.warn('the tasks of a service could not be read', { ecsName, error: String(error) });
    }
  }
}

function throwFirst(all: readonly PromiseSettledResult<void>[]): void {
  for (const one of all) if (one.status === 'rejected') throw one.reason;
}
