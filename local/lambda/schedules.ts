import { randomUUID } from 'node:crypto';
import { createAgenda } from '../support/agenda.ts';
import type { Clock } from '../support/clock.ts';
import type { Journal, Table } from '../support/journal.ts';
import { isoSeconds } from '../support/timestamp.ts';
import type { FunctionSettings } from './settings.ts';

export interface SchedulesDependencies {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
  /** Accepts the asynchronous invocation. */
  invoke(functionName: string, payload: string): void;
}

export interface Schedules {
  /** Begins with these functions; a moment that passed while nobody was here is made up for, once. */
  start(functions: readonly FunctionSettings[]): void;
  stop(): void;
}

/** Fires functions at their rate, as EventBridge's scheduled rules do. The next moment is kept in the journal. */
export function createSchedules(deps: SchedulesDependencies): Schedules {
  const { clock } = deps;
  const moments: Table<number> = deps.journal.table('lambda.schedules');
  const rates = new Map<string, number>();
  const plan = (name: string, atMs: number) => {
    moments.put(name, atMs);
    agenda.set(name, atMs);
  };
  const agenda = createAgenda(clock, (name) => {
    plan(name, clock.now() + rates.get(name)!);
    deps.invoke(name, JSON.stringify(scheduledEvent(name, deps)));
  });
  return {
    start(functions) {
      for (const { name, rateMinutes } of functions) {
        if (rateMinutes === undefined) continue;
        const rateMs = rateMinutes * 60_000;
        rates.set(name, rateMs);
        // A rate that was shortened since counts from now.
        plan(name, Math.min(moments.get(name) ?? Number.POSITIVE_INFINITY, clock.now() + rateMs));
      }
    },
    stop: () => agenda.clear(),
  };
}

function scheduledEvent(name: string, { account, region, clock }: SchedulesDependencies) {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account,
    time: isoSeconds(clock.now()),
    region,
    resources: [`arn:aws:events:${region}:${account}:rule/${name}`],
    detail: {},
  };
}
