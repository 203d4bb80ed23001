import type { Arrival, Line, Newest, Place } from './model.ts';

/**
 * Whether a commit is newer than what was accepted last on its line.
 *
 * Commits have no number, and deliveries come late, twice, or never. What there is to go by:
 *
 * - Runs of a workflow are numbered in the order in which they were started. That is an order.
 * - A push names the head of the branch before it. Whose `before` is the newest commit follows it; where the newest
 *   commit's `before` is, or what it contains, came before it. This needs no clock, but breaks where a delivery is lost.
 * - A push has a time by GitHub's one clock, in whole seconds. It orders what the chain does not link. Times of commits
 *   are their authors' claims and order nothing.
 *
 * The chain alone may go round: a branch that is forced back goes through a commit twice, and a late push from there
 * would seem to follow. So nothing that the time says is older is ever newer. Within one second only the chain counts,
 * and what it does not tell is `unclear` and deploys nothing: an old commit that is deployed over a new one does more
 * harm than a new one that waits. (A branch that goes round by three pushes within a second is told wrong.)
 */
export type Order = 'newer' | 'same' | 'older' | 'unclear';

export function orderOf(arrival: Arrival, { newest, older }: Pick<Line, 'newest' | 'older'>): Order {
  if (!newest) return 'newer';
  const { place } = arrival;
  if (place.by === 'run') return newest.place.by === 'run' ? orderOfRuns(place, newest.place) : 'unclear';
  if (arrival.commit === newest.commit) return 'same';
  return orderOfPushes(arrival.commit, place, newest, older);
}

type Run = Extract<Place, { by: 'run' }>;
type Push = Extract<Place, { by: 'push' }>;

function orderOfRuns(one: Run, newest: Run): Order {
  const difference = one.workflowId - newest.workflowId || one.number - newest.number;
  if (difference === 0) return 'same';
  return difference > 0 ? 'newer' : 'older';
}

function orderOfPushes(commit: string, place: Push, newest: Newest, older: readonly string[]): Order {
  const laterMs = place.pushedAtMs - (newest.pushedAtMs ?? 0);
  const follows = place.before === newest.commit;
  const goesBack = newest.place.by === 'push' && newest.place.before === commit;
  if (follows && laterMs >= 0) return goesBack && laterMs === 0 ? 'unclear' : 'newer';
  // Plain pushes do not go back: a time that says otherwise is that of the repository, not of this branch.
  if (!place.forced && !place.created && older.includes(commit)) return 'older';
  if (laterMs === 0) return 'unclear';
  return laterMs > 0 ? 'newer' : 'older';
}
