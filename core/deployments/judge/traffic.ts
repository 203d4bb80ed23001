import { logMixture, type Mixture, partAt } from './ratios.ts';
import type { Evidence, TrafficState } from './types.ts';

/** Weights of target groups and counts of tasks are not exact: so much less than planned is no finding. */
export const tolerance = 0.2;

/** What may be left of the planned traffic. */
const losses: Mixture = { ratios: [0.01, 0.1, 0.3, 0.6], weights: [0.4, 0.2, 0.2, 0.2] };

/** Requests come in connections and bursts: so many count as one. */
const burst = 4;

/** Traffic takes its time to follow a new weight: not even its total loss is believed before this. */
const believedAfterSeconds = 60;
const logsWhenBelieved = 8;

export const noTraffic: TrafficState = {
  successes: { canary: 0, baseline: 0 },
  planned: 0,
  logs: losses.ratios.map(() => 0),
};

/** Successes, not requests: a canary that answers nothing is seen here, and one that is slow to be given work. */
export function weighTraffic(state: TrafficState, evidence: Evidence): TrafficState {
  const { requests, errors, share } = evidence;
  if (!requests || share <= 0 || share >= 1) return state;
  const canary = Math.max(0, requests.canary - (errors?.canary ?? 0));
  const baseline = Math.max(0, requests.baseline - (errors?.baseline ?? 0));
  const all = canary + baseline;
  if (all === 0) return state;
  const least = partAt(1 - tolerance, share);
  const discount = discountOf(all, least, (evidence.toMs - evidence.fromMs) / 1000);
  const logs = losses.ratios.map((left, each) => {
    const part = partAt(left, share);
    const gained = canary * Math.log(part / least) + baseline * Math.log((1 - part) / (1 - least));
    return state.logs[each]! + gained / discount;
  });
  return {
    successes: {
      canary: state.successes.canary + canary,
      baseline: state.successes.baseline + baseline,
    },
    planned: state.planned + all * share,
    logs,
  };
}

/** How many successes count as one: a burst, or more, so that the traffic's loss takes `believedAfterSeconds` to show. */
function discountOf(all: number, least: number, seconds: number): number {
  const gainOfLoss = -Math.log(1 - least);
  const most = ((logsWhenBelieved / believedAfterSeconds) * Math.max(seconds, 1e-3)) / gainOfLoss;
  return Math.max(burst, all / most);
}

export const logOfTraffic = ({ logs }: TrafficState): number => logMixture(losses.weights, logs);

/** The canary's successes over what the plan would have given it; null before there are any. */
export const arrivedOf = ({ successes, planned }: TrafficState): number | null =>
  planned > 0 ? successes.canary / planned : null;
