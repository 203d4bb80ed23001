import { type Clock, realClock } from '../support/clock.ts';
import type { AwsService } from '../support/service.ts';
import { Followers } from './followers.ts';
import { createLogsService } from './service.ts';
import type { LogSink } from './sink.ts';
import { type Listener, LogStore } from './store.ts';
import { createWriter } from './writer.ts';

export interface LogsOptions {
  /** Groups and streams are kept in here. */
  readonly directory: string;
  readonly clock?: Clock;
  readonly region?: string;
  readonly accountId?: string;
  /** Told of each event that is kept, in the turn in which it is. */
  readonly told?: Listener;
}

export interface Logs {
  /** CloudWatch Logs. */
  readonly service: AwsService;
  /** Where runtimes leave what containers print. */
  readonly sink: LogSink;
  /** Forgets every group and lets go of every followed file. */
  reset(): void;
  close(): void;
}

/**
 * Task logs: what containers print becomes events in groups and streams on disk, and CloudWatch Logs tells of
 * them. A stream keeps its last 8 MiB, a group the 1,000 streams that were created last.
 */
export function createLogs(options: LogsOptions): Logs {
  const clock = options.clock ?? realClock;
  const store = new LogStore(options.directory, clock, options.told);
  const followers = new Followers(store, clock);
  const sink: LogSink = {
    follow: (target, file) => followers.follow(target, file),
    open: (target) => createWriter(store, target),
  };
  const service = createLogsService({
    store,
    clock,
    region: options.region ?? 'us-east-1',
    accountId: options.accountId ?? '000000000000',
    catchUp: (group) => followers.catchUp(group),
  });
  return {
    service,
    sink,
    reset() {
      followers.close();
      store.reset();
    },
    close: () => followers.close(),
  };
}
