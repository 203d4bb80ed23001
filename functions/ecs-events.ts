import middy from '@middy/core';
import { type Owner, takeIn } from '../core/intake/intake.ts';
import { serviceIdOf, serviceRef } from '../core/services/records.ts';
import { compose } from './composition.ts';
import { eachRecord, type QueueEvent } from './support/batch.ts';

const berth = compose();

/** Records ECS's events, and looks at the services that they are about, each once a batch. */
export const handler = middy(async (event: QueueEvent) => {
  const looks = new Map<string, Promise<void>>();
  const notice = ({ environment, ecsName }: Owner) => {
    const id = serviceIdOf(environment, ecsName);
    if (!looks.has(id)) looks.set(id, lookAt(id));
  };
  const answer = await eachRecord(event, (body) => takeIn(body, berth, notice), berth);
  await Promise.all(looks.values());
  return answer;
});

/** A look that fails is asked for again; the events are recorded all the same. */
async function lookAt(service: string): Promise<void> {
  try {
    await berth.engine.wake([serviceRef(service)]);
  } catch (error) {
    berth.log.warn('a service could not be looked at', { service, error: String(error) });
    await berth.alarms.ring(serviceRef(service), berth.clock.now() + 1000);
  }
}
