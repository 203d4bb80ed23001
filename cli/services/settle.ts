import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceView } from '../../core/contract/views.ts';
import type { Context } from '../context.ts';
import type { WaitOptions } from '../deployments/move.ts';
import type { Exit } from '../exit.ts';
import { createLive } from '../live.ts';
import { safeLine } from '../render/safe.ts';
import { patiently } from '../retry.ts';

const lookEveryMs = 300;
const patienceMs = 60_000;
const defaultTimeoutSeconds = 600;

/** Ends a command that set a service's count: at once, or with `--wait` when ECS runs so many. */
export async function settleCount(
  context: Context,
  scaled: ServiceView,
  count: number,
  { wait, timeout = defaultTimeoutSeconds }: WaitOptions,
): Promise<Exit> {
  const { io } = context;
  const present = wait ? await watch(context, scaled, count, timeout) : scaled;
  const name = io.paint.bold(safeLine(present.service));
  io.document(present);
  if (!wait) {
    io.print(`${name} is to have ${tasks(count)}`);
    return 'succeeded';
  }
  const settled = isSettled(present, count);
  io.print(
    settled ? `${io.paint.green('✔')} ${name} has ${tasks(count)}` : `… ${name} ${counts(present, count)}`,
  );
  return settled ? 'succeeded' : 'stillRunning';
}

async function watch(context: Context, first: ServiceView, count: number, timeoutSeconds: number) {
  const { client, environment, io } = context;
  const startedAt = performance.now();
  const live = createLive(io);
  let present = first;
  while (!isSettled(present, count) && performance.now() - startedAt < timeoutSeconds * 1000) {
    const text = `${io.paint.bold(safeLine(first.service))} ${counts(present, count)}`;
    live.show([{ key: text, text }]);
    await sleep(lookEveryMs);
    present = await patiently(() => client.getService({ environment, service: first.service }), patienceMs);
  }
  live.clear();
  return present;
}

/** Wanted by Berth, told to ECS, and run by it. */
function isSettled({ count: wanted, live }: ServiceView, count: number): boolean {
  return wanted === count && live.desired === count && live.running === count && live.pending === 0;
}

const tasks = (count: number): string => (count === 1 ? '1 task' : `${count} tasks`);

function counts({ live }: ServiceView, count: number): string {
  const starting = live.pending ? `, ${live.pending} starting` : '';
  return `${live.running ?? 0} running${starting}, ${count} wanted`;
}
