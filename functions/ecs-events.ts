import middy from '@middy/core';
import { takeIn } from '../core/intake/intake.ts';
import { newestOfEach } from '../core/intake/newest.ts';
import { type Ref, refKey } from '../core/kernel/plan.ts';
import { composeIntake } from './composition.ts';
import { eachRecord, type QueueEvent } from './support/batch.ts';

const berth = composeIntake();

/** Records ECS's events, and asks for a look at the services and jobs that they are about; each thing once a batch. */
export const handler = middy(async (event: QueueEvent) => {
  const rung = new Map<string, Promise<void>>();
  const notice = (owner: Ref) => {
    const key = refKey(owner);
    if (!rung.has(key)) rung.set(key, berth.alarms.ring(owner, berth.clock.now()));
    return rung.get(key);
  };
  const batch = { ...berth, store: newestOfEach(berth.store) };
  return eachRecord(event, (body) => takeIn(body, batch, notice), berth);
});
