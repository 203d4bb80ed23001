import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { Failure } from '../failure.ts';
import type { SupervisedChild } from './child.ts';

const health = z.object({
  runtime: z.string().optional(),
  clock: z.string().optional(),
  host: z.object({ state: z.string().optional(), pid: z.number().optional() }).nullish(),
});

/** What Local AWS says of itself. */
export type Health = z.output<typeof health>;

const lookEveryMs = 50;
const patienceMs = 60_000;
/** A program that ended this often since `up` began will not start. */
const mostStarts = 3;

/** Waits until the API answers. Throws a `Failure` with the last log lines of the program that does not start. */
export async function untilHealthy(
  endpoint: string,
  api: string,
  children: readonly SupervisedChild[],
): Promise<Health> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const found = await healthOf(endpoint);
    if (found && (await answers(`${api}/health`))) return found;
    const broken = children.find((child) => hasGivenUp(child));
    if (broken) throw notStarting(broken);
    if (performance.now() > giveUpAt) throw notStarting(children[0]!);
    await sleep(lookEveryMs);
  }
}

export async function healthOf(endpoint: string): Promise<Health | undefined> {
  try {
    const answer = await fetch(`${endpoint}/_local/health`, { signal: AbortSignal.timeout(2_000) });
    return answer.ok ? health.parse(await answer.json()) : undefined;
  } catch {
    return undefined;
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(15_000) }).then(
    (answer) => answer.ok,
    () => false,
  );
}

function hasGivenUp(child: SupervisedChild): boolean {
  const state = child.state();
  return state.state === 'waiting' && state.restarts >= mostStarts;
}

function notStarting(child: SupervisedChild): Failure {
  const faults = child.logTail(12).map((detail) => ({ path: '', detail }));
  return new Failure('unexpected', `${child.name} does not start`, {
    faults,
    advice: 'The lines above are the end of its log.',
  });
}
