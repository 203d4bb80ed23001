import middy from '@middy/core';
import { parseWake } from '../core/aws/alarms.ts';
import { Poison } from '../core/intake/classify.ts';
import { compose } from './composition.ts';
import { eachRecord, type QueueEvent } from './support/batch.ts';

const berth = compose();

/** Looks at the aggregates that asked to be looked at. */
export const handler = middy((event: QueueEvent) =>
  eachRecord(
    event,
    async (body) => {
      const ref = parseWake(body);
      if (!ref) throw new Poison('the message names no aggregate');
      await berth.engine.wake([ref]);
    },
    berth,
  ),
);
