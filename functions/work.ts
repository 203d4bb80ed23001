import middy from '@middy/core';
import { composeWork } from './composition.ts';
import type { QueueEvent } from './support/batch.ts';
import { lookAtEach } from './support/wake.ts';

const berth = composeWork();

/** Looks at the jobs, applications and pipelines that asked to be looked at, each once a batch. */
export const handler = middy((event: QueueEvent) => lookAtEach(event, berth));
