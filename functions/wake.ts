import middy from '@middy/core';
import { parseWake } from '../core/aws/alarms.ts';
import { Poison } from '../core/intake/classify.ts';
import { refKey } from '../core/kernel/plan.ts';
import { composeEngine } from './composition.ts';
import { eachRecord, type QueueEvent } from './support/batch.ts';

const berth = composeEngine();

/** Looks at the aggregates that asked to be looked at, each once a batch. */
export const handler = middy((event: QueueEvent) => {
  const looks = new Map<string, Promise<void>>();
  return eachRecord(
    event,
    async (body) => {
      const ref = parseWake(body);
      if (!ref) throw new Poison('the message names no aggregate');
      const key = refKey(ref);
      if (!looks.has(key)) looks.set(key, berth.engine.wake([ref]));
      await looks.get(key);
    },
    berth,
  );
});
