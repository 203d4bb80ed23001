import type { Indexing, Receiver } from '../kernel/plan.ts';
import { absorb } from './absorb.ts';
import type { PipelineEffect, PipelineMessage, PipelineState, Run } from './model.ts';
import { listOfPipelines } from './records.ts';

/** Takes in what pipelines are told. */
export const pipelineReceiver: Receiver<PipelineState, PipelineMessage, PipelineEffect> = {
  kind: 'pipeline',
  absorb,
  index,
};

export function index(state: PipelineState): Indexing {
  const { configured, environment, ecsName } = state;
  return {
    status: statusOf(state),
    ...(configured && {
      list: { name: listOfPipelines(environment, configured.rule.repository), order: ecsName },
    }),
  };
}

export const statusOf = ({ configured, runs }: PipelineState): string =>
  runs.some(isUnderWay) ? 'deploying' : configured ? 'listening' : 'off';

export const isUnderWay = ({ deployment, verdict }: Run): boolean =>
  deployment !== undefined && verdict === undefined;
