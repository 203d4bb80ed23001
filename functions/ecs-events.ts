import middy from '@middy/core';
import { type Owner, takeIn } from '../core/intake/intake.ts';
import { serviceIdOf, serviceRef } from '../core/services/records.ts';
import { composeIntake } from './composition.ts';
import { eachRecord, type QueueEvent } from './support/batch.ts';

const berth = composeIntake();

/** Records ECS's events, and asks for a look at the services that they are about, once a batch. */
export const handler = middy(async (event: QueueEvent) => {
  const rung = new Map<string, Promise<void>>();
  const notice = ({ environment, ecsName }: Owner) => {
    const id = serviceIdOf(environment, ecsName);
    if (!rung.has(id)) rung.set(id, berth.alarms.ring(serviceRef(id), berth.clock.now()));
    return rung.get(id);
  };
  return eachRecord(event, (body) => takeIn(body, berth, notice), berth);
});
