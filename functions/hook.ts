import middy from '@middy/core';
import { composeHook } from './composition.ts';
import { answerHook } from './support/hook.ts';

const berth = composeHook();

/** ECS asks here before it shifts traffic, and again until it is told yes or no. */
export const handler = middy((event: unknown) => answerHook(event, berth));
