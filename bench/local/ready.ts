import { median, rounded } from '../statistics.ts';
import { inFolder, startLocal } from './local-process.ts';

export interface Readiness {
  /** The median of all starts that count. */
  readonly readyMs: number;
  /** Of those in a folder that nobody used before. */
  readonly readyFreshMs: number;
  /** Of those in a folder that the one before has left. */
  readonly readyAgainMs: number;
  readonly slowestReadyMs: number;
}

const rounds = 5;

/** Starts and stops Local AWS in turn in a fresh folder and in one that was used. */
export async function readiness(log: (line: string) => void): Promise<Readiness> {
  const fresh: number[] = [];
  const again: number[] = [];
  await inFolder(async (used) => {
    // The first start after a change of the code compiles it, and is that change's affair.
    log(`the first start took ${Math.round(await startedAndStopped(used))} ms`);
    for (let round = 0; round < rounds; round++) {
      fresh.push(await inFolder(startedAndStopped));
      again.push(await startedAndStopped(used));
    }
  });
  const all = [...fresh, ...again];
  return {
    readyMs: rounded(median(all)),
    readyFreshMs: rounded(median(fresh)),
    readyAgainMs: rounded(median(again)),
    slowestReadyMs: rounded(Math.max(...all)),
  };
}

async function startedAndStopped(data: string): Promise<number> {
  const local = await startLocal(data, 'process');
  await local.stop();
  return local.readyMs;
}
