import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A program of the benchmarks' own in another process, which answers each message by one. */
export interface Child<Order, Answer> {
  /** One at a time. Throws when it ends before it answers, or answers an error. */
  ask(order: Order): Promise<Answer>;
  /** It ends when its channel does. */
  close(): void;
}

/** Starts it; what it prints goes to standard error. */
export function openChild<Order extends object | string, Answer>(
  program: string,
  options: { readonly args?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
): Child<Order, Answer> {
  const child = fork(program, options.args ?? [], {
    env: options.env ?? process.env,
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  return {
    ask: (order) => ask<Answer>(child, order),
    close: () => {
      if (child.connected) child.disconnect();
    },
  };
}

/** The other side: answers each message, with `{ error }` where it throws. */
export function answerParent<Order, Answer>(answer: (order: Order) => Promise<Answer> | Answer): void {
  process.on('message', async (order: Order) => {
    try {
      process.send?.({ answer: await answer(order) });
    } catch (error) {
      process.send?.({ error: error instanceof Error ? error.stack : String(error) });
    }
  });
  process.on('disconnect', () => process.exit());
}

async function ask<Answer>(child: ChildProcess, order: object | string): Promise<Answer> {
  const given = new AbortController();
  const ended = once(child, 'exit', { signal: given.signal }).then(() => {
    throw new Error(`${child.spawnargs[1]} ended by itself`);
  });
  ended.catch(() => {});
  if (!child.connected) throw new Error(`${child.spawnargs[1]} has ended`);
  child.send(order);
  try {
    const [told] = (await Promise.race([once(child, 'message', { signal: given.signal }), ended])) as [
      { readonly answer: Answer; readonly error?: string },
    ];
    if (told.error !== undefined) throw new Error(told.error);
    return told.answer;
  } finally {
    given.abort();
  }
}
