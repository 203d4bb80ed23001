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

/** By inversion in pieces of 30; above 500, where the difference is below a thousandth of the deviation, the normal one. */
function poisson(next: () => number, mean: number): number {
  if (mean > 500) {
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * radius * Math.cos(2 * Math.PI * next())));
  }
  let count = 0;
  let rest = mean;
  for (; rest > 30; rest -= 30) count += piece(next, 30);
  return count + piece(next, rest);
}

function piece(next: () => number, mean: number): number {
  let probability = Math.exp(-mean);
  let sum = probability;
  const lot = next();
  let count = 0;
  while (lot > sum && count < 400) {
    count++;
    probability *= mean / count;
    sum += probability;
  }
  return count;
}
