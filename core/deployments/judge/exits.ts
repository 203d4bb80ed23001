import { logMixture, type Mixture, weighed } from './ratios.ts';
import type { Evidence, ExitState } from './types.ts';

const mixture: Mixture = { ratios: [2, 4, 10, 40], weights: [0.25, 0.25, 0.25, 0.25] };

export const noExits: ExitState = {
  failures: { canary: 0, baseline: 0 },
  taskSeconds: { canary: 0, baseline: 0 },
  logs: mixture.ratios.map(() => 0),
};

/** Failures by the time that tasks ran: each is the canary's with the probability of its part of that time. */
export function weighExits(state: ExitState, { exits }: Evidence): ExitState {
  if (!exits) return state;
  const { canary, baseline } = exits;
  const seconds = canary.taskSeconds + baseline.taskSeconds;
  const share = seconds > 0 ? canary.taskSeconds / seconds : 0;
  const isComparable = share > 0 && share < 1;
  return {
    failures: {
      canary: state.failures.canary + canary.failures,
      baseline: state.failures.baseline + baseline.failures,
    },
    taskSeconds: {
      canary: state.taskSeconds.canary + canary.taskSeconds,
      baseline: state.taskSeconds.baseline + baseline.taskSeconds,
    },
    logs: isComparable ? weighed(mixture, state.logs, canary.failures, baseline.failures, share) : state.logs,
  };
}

export const logOfExits = ({ logs }: ExitState): number => logMixture(mixture.weights, logs);
