/** Numbers by a seed (mulberry32): a benchmark has the same streams in each run. */
export interface Lots {
  /** 0 ≤ value < 1. */
  next(): number;
  /** 0 ≤ value < limit, whole. */
  below(limit: number): number;
  poisson(mean: number): number;
}

export function lotsFrom(seed: number): Lots {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return { next, below: (limit) => Math.floor(next() * limit), poisson: (mean) => poisson(next, mean) };
}

/** By inversion; sums of smaller ones above 30, so that it stays exact. */
function poisson(next: () => number, mean: number): number {
  let count = 0;
  let rest = mean;
  for (; rest > 30; rest -= 30) count += poisson(next, 30);
  let probability = Math.exp(-rest);
  let sum = probability;
  const lot = next();
  let here = 0;
  while (lot > sum && here < 400) {
    here++;
    probability *= rest / here;
    sum += probability;
  }
  return count + here;
}
