import middy from '@middy/core';
import { composeEngine } from './composition.ts';
import type { QueueEvent } from './support/batch.ts';
import { lookAtEach } from './support/wake.ts';

const berth = composeEngine();

/** Looks at the services, deployments and locks that asked to be looked at, each once a batch. */
export const handler = middy((event: QueueEvent) => lookAtEach(event, berth));
