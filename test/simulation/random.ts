import { seeded } from '../support/seed.ts';

/** Everything that is drawn, from one seed. */
export interface Random {
  /** From 0 up to 1. */
  next(): number;
  chance(rate: number): boolean;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** Draws of its own, so that more draws here do not change the draws there. */
  fork(name: string): Random;
}

export function createRandom(seed: number): Random {
  const next = seeded(seed);
  return {
    next,
    chance: (rate) => rate > 0 && next() < rate,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
    fork: (name) => createRandom(mix(seed, name)),
  };
}

/** FNV-1a over the name, begun with the seed. */
function mix(seed: number, name: string): number {
  let hash = (2_166_136_261 ^ Math.imul(seed, 0x9e37_79b1)) >>> 0;
  for (let place = 0; place < name.length; place++)
    hash = Math.imul(hash ^ name.charCodeAt(place), 16_777_619) >>> 0;
  return hash;
}
