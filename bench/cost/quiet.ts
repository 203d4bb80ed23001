import { until } from '../../test/support/until.ts';
import type { Stage } from '../stage.ts';

interface Health {
  readonly tasks: { readonly pending: number };
  readonly queues: Readonly<
    Record<string, { readonly visible: number; readonly inFlight: number; readonly delayed: number }>
  >;
  readonly waiting: Readonly<Record<string, number>>;
}

const quietMs = 1_500;
const patienceMs = 45_000;

/** Waits until nothing more comes of what was done: no event, no message, and none that is still to come. */
export async function untilQuiet(stage: Stage): Promise<void> {
  let last = '';
  let lastChangeAt = performance.now();
  await until(
    'everything to come to rest',
    async () => {
      const { tasks, queues, waiting } = await healthOf(stage);
      const busy = [
        tasks.pending,
        ...Object.values(queues).flatMap(({ visible, inFlight, delayed }) => [visible, inFlight, delayed]),
        ...Object.values(waiting),
      ];
      const { entries } = await stage.activity(0);
      const now = JSON.stringify([busy, entries.length]);
      if (now !== last || busy.some((count) => count > 0)) lastChangeAt = performance.now();
      last = now;
      return performance.now() - lastChangeAt > quietMs;
    },
    patienceMs,
  );
}

async function healthOf({ endpoint }: Stage): Promise<Health> {
  const answer = await fetch(`${endpoint}/_local/health`);
  return (await answer.json()) as Health;
}
