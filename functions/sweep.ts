import middy from '@middy/core';
import { tasksOfService } from '../core/aws/ecs/tasks.ts';
import { catchUp } from '../core/intake/catch-up.ts';
import { type ServiceState, siblingRoles } from '../core/services/model.ts';
import { listOfServices, siblingName } from '../core/services/records.ts';
import { composeSweep } from './composition.ts';

const berth = composeSweep();

const maxDue = 500;
const maxServices = 100;

/** Wakes what is due, and reads what events may have failed to tell: a lost event costs time and nothing else. */
export const handler = middy(async () => {
  const now = berth.clock.now();
  const due = await berth.store.due(now, maxDue);
  await Promise.all(due.map((ref) => berth.alarms.ring(ref, now)));
  let news = 0;
  for (const { name } of berth.environments) news += await catchUpWith(name);
  berth.log.info('swept', { due: due.length, news });
});

async function catchUpWith(environment: string): Promise<number> {
  const { entries } = await berth.store.query({ list: listOfServices(environment), limit: maxServices });
  let news = 0;
  for (const { cluster, ecsName } of entries.flatMap(({ body }) => namesInEcs(body as ServiceState))) {
    try {
      news += await catchUp(
        { environment, ecsName },
        await tasksOfService(berth.ecs, cluster, ecsName),
        berth.store,
      );
    } catch (error) {
      berth.log.warn('the tasks of a service could not be read', {
        environment,
        ecsName,
        error: String(error),
      });
    }
  }
  return news;
}

/** What was aimed at may run, though nobody heard that the write was taken; so may what stands beside it. */
function namesInEcs({ cluster, ecsName, target, siblings = {} }: ServiceState) {
  const roles = siblingRoles.filter((role) => siblings[role]);
  const names = [...(target ? [ecsName] : []), ...roles.map((role) => siblingName(ecsName, role))];
  return names.map((name) => ({ cluster, ecsName: name }));
}
