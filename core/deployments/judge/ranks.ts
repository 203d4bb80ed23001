/**
 * The exact chance of a rank sum as high as the canary's or higher, if which tasks are the canary's were drawn by lot:
 * among all C(k+m, k) ways to choose them. Ties have the mean of their ranks. It asks nothing of how values are spread.
 */
export function rankSumP(canary: readonly number[], baseline: readonly number[]): number {
  const all = [...canary, ...baseline];
  const ranks = doubledRanks(all);
  const observed = ranks.slice(0, canary.length).reduce((sum, rank) => sum + rank, 0);
  const ways = waysToSum(ranks, canary.length);
  let total = 0;
  let extreme = 0;
  ways.forEach((count, sum) => {
    total += count;
    if (sum >= observed) extreme += count;
  });
  return extreme / total;
}

/** The least p that so many tasks can give. */
export function leastP(canary: number, baseline: number): number {
  let ways = 1;
  for (let each = 1; each <= canary; each++) ways = (ways * (baseline + each)) / each;
  return 1 / ways;
}

/** Twice the mean rank of each value, which is a whole number even among ties. */
function doubledRanks(values: readonly number[]): number[] {
  return values.map((value) => {
    const lower = values.filter((other) => other < value).length;
    const same = values.filter((other) => other === value).length;
    return 2 * lower + same + 1;
  });
}

/** For each sum, in how many ways `size` of the ranks give it. */
function waysToSum(ranks: readonly number[], size: number): Float64Array {
  const highest = [...ranks].sort((one, other) => other - one).slice(0, size);
  const most = highest.reduce((sum, rank) => sum + rank, 0);
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(most + 1));
  ways[0]![0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached = Math.min(most, reached + rank);
    for (let chosen = size; chosen > 0; chosen--) {
      const from = ways[chosen - 1]!;
      const to = ways[chosen]!;
      for (let sum = reached; sum >= rank; sum--) to[sum]! += from[sum - rank]!;
    }
  }
  return ways[size]!;
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}
