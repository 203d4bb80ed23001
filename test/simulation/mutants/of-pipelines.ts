import type { PipelineMessage, PipelineState } from '../../../core/pipelines/model.ts';
import type { Mutant } from './mutant.ts';
import { absorbingOtherwise } from './otherwise.ts';

/** Mistakes in which commits are deployed, and in what order. */
export const mistakesOfPipelines: Readonly<Record<string, Mutant>> = {
  'the commit that comes last is the newest': {
    caughtBy: ['I19'],
    seeds: [6],
    member: absorbingOtherwise<PipelineState, PipelineMessage>('pipeline', (input, state) => {
      if (input.type !== 'message' || input.message.type !== 'offer') return input;
      const { arrival } = input.message;
      const newest = state?.lines.find(({ newest: one }) => one)?.newest;
      const place = {
        ...{ by: 'push' as const, before: newest?.commit ?? '', forced: false, created: true, contains: [] },
        pushedAtMs: (newest?.pushedAtMs ?? 0) + 1000,
      };
      return { ...input, message: { ...input.message, arrival: { ...arrival, place } } };
    }),
  },
};
