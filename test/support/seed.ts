/**
 * Numbers from 0 to 1 that depend on the seed alone (mulberry32, of public domain): a failure can be repeated with
 * BERTH_SEED.
 */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of this run: BERTH_SEED, or another each time. It is printed. */
export function seedOfRun(): number {
  const seed = Number(process.env.BERTH_SEED ?? Date.now() % 1_000_000);
  console.log(`BERTH_SEED=${seed}`);
  return seed;
}
