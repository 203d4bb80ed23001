import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cannotStart } from './command.ts';
import type { ContainerFolder, LaunchRecord } from './record.ts';
import type { Pids } from './wrapper.ts';

/** What the nursery is asked. */
export interface Order {
  readonly id: number;
  readonly folder: string;
  readonly record: LaunchRecord;
}

/** What it tells, in the order of time; `ended` comes after `forked` only. */
export type News = { readonly id: number } & (
  | { readonly is: 'forked'; readonly pids: Pids }
  | { readonly is: 'refused'; readonly message: string }
  | { readonly is: 'ended' }
);

export interface Spawned {
  readonly pids: Pids;
  /** Resolves when the wrapper has ended, and with it everything in its group, or when nobody could tell any more. */
  readonly ended: Promise<void>;
}

/** The nursery ended before it told whether it had forked the program. */
export class NurseryLost extends Error {
  override readonly name = 'NurseryLost';
}

interface Expected {
  forked(pids: Pids): void;
  refused(error: Error): void;
  ended(): void;
}

/**
 * Forks programs from a small process of its own. To fork a large process stops it, for it takes as long as its
 * memory is large; Local AWS would answer nobody for tens of milliseconds whenever a task starts.
 */
export class Nursery {
  #orders = 0;
  #place: Place | undefined;

  /** Starts a container's program under its wrapper in a process group of its own; resolves when it is forked. */
  spawn(folder: ContainerFolder, record: LaunchRecord): Promise<Spawned> {
    if (!this.#place?.process.connected) this.#place = opened();
    const { process, expected } = this.#place;
    const id = ++this.#orders;
    return new Promise((resolve, reject) => {
      const ended = new Promise<void>((tell) => {
        expected.set(id, { forked: (pids) => resolve({ pids, ended }), refused: reject, ended: tell });
      });
      // What cannot be sent any more is lost with the process, whose end tells so.
      process.send({ id, folder: folder.path, record } satisfies Order, () => undefined);
    });
  }

  /** Programs run on. */
  close(): void {
    if (this.#place?.process.connected) this.#place.process.disconnect();
  }
}

interface Place {
  readonly process: ChildProcess;
  /** What was ordered there and has not ended, by the order's id. */
  readonly expected: Map<number, Expected>;
}

function opened(): Place {
  const expected = new Map<number, Expected>();
  const process = fork(fileURLToPath(new URL('./nursery-process.ts', import.meta.url)), [], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  process.on('message', (news: News) => hear(expected, news));
  const lost = () => {
    for (const { refused, ended } of expected.values()) {
      refused(new NurseryLost('the process that forks containers ended'));
      ended();
    }
    expected.clear();
  };
  process.once('error', lost).once('exit', lost);
  process.unref();
  process.channel?.unref();
  return { process, expected };
}

function hear(expected: Map<number, Expected>, news: News): void {
  const one = expected.get(news.id);
  if (news.is === 'forked') one?.forked(news.pids);
  if (news.is === 'refused') one?.refused(cannotStart(news.message));
  if (news.is === 'ended') one?.ended();
  if (news.is !== 'forked') expected.delete(news.id);
}
