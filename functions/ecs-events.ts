import middy from '@middy/core';
import { type Owner, takeIn } from '../core/intake/intake.ts';
import { serviceIdOf, serviceRef } from '../core/services/records.ts';
import { compose } from './composition.ts';
import { eachRecord, type QueueEvent } from './support/batch.ts';

const berth = compose();

/** Records ECS's events, then looks at the services that they are about, each once a batch. */
export const handler = middy(async (event: QueueEvent) => {
  const owners = new Map<string, Owner>();
  const answer = await eachRecord(
    event,
    async (body) => {
      const owner = await takeIn(body, berth);
      if (owner) owners.set(serviceIdOf(owner.environment, owner.ecsName), owner);
    },
    berth,
  );
  await lookAt([...owners.keys()]);
  return answer;
});

/** The events are recorded; a look that fails is asked for again and fails no record. */
async function lookAt(services: readonly string[]): Promise<void> {
  await Promise.all(
    services.map(async (id) => {
      try {
        await berth.engine.wake([serviceRef(id)]);
      } catch (error) {
        berth.log.warn('a service could not be looked at', { id, error: String(error) });
        await berth.alarms.ring(serviceRef(id), berth.clock.now() + 1000);
      }
    }),
  );
}
