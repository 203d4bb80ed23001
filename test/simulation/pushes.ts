import type { Random } from './random.ts';

/** GitHub tells of a commit of the branch from which a service is deployed. */
export interface Push {
  /** GitHub's id of the delivery: the same when it is sent again. */
  readonly delivery: string;
  /** The commit's place on its branch, from 1. */
  readonly commit: number;
}

/** What is pushed to one service's branch, each with the moment at which its delivery comes. */
export type Delivered = { readonly at: number; readonly push: Push };

/** Commits in the order of their branch; their deliveries come late, again and in any order (F22). */
export function drawPushes(random: Random, lengthMs: number): readonly Delivered[] {
  const commits = Array.from({ length: random.between(2, 5) }, (_, place) => place + 1);
  const gapMs = lengthMs / (commits.length + 2);
  return commits.flatMap((commit) => {
    const pushedAt = commit * gapMs;
    const times = random.chance(0.4) ? random.between(2, 3) : 1;
    return Array.from({ length: times }, () => ({
      at: pushedAt + (random.chance(0.5) ? random.between(0, 2_000) : random.between(0, 1.5 * gapMs)),
      push: { delivery: `delivery-${commit}`, commit },
    }));
  });
}

/** The first seven are what an image is named by. */
export const shaOf = (commit: number): string => String(commit).padStart(7, '0') + '0'.repeat(33);

/** The commit of an image that a push deploys; undefined for any other. */
export const commitOf = (image: string): number | undefined => {
  const [, commit] = /^shop:works-(\d{7})$/.exec(image) ?? [];
  return commit === undefined ? undefined : Number(commit);
};
