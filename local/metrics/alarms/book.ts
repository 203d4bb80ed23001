import type { ServiceEvent } from '../../events/model.ts';
import type { Clock } from '../../support/clock.ts';
import type { Journal, Table } from '../../support/journal.ts';
import { emptied } from '../../support/tables.ts';
import { stateChangeEvent } from './event.ts';
import type { AlarmRecord, AlarmState, HistoryRecord, HistoryType } from './model.ts';

/** AWS allows five thousand in a region; so many are evaluated each minute without being felt. */
export const maxAlarms = 5000;
const keptHistory = 2000;

export interface BookDependencies {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
  /** Called in the turn in which the journal learns of the new state. */
  publish(event: ServiceEvent): void;
}

export interface NewState {
  readonly state: AlarmState;
  readonly reason: string;
  readonly reasonData?: string | undefined;
}

type Listener = (name: string, state: AlarmState) => void;

/** Alarms and what happened to them, in the journal; whoever watches is told of every change of state. */
export class AlarmBook {
  readonly #deps: BookDependencies;
  readonly #alarms: Table<AlarmRecord>;
  readonly #history: Table<HistoryRecord>;
  readonly #listeners: Listener[] = [];
  #lastEntry: number | undefined;

  constructor(deps: BookDependencies) {
    this.#deps = deps;
    this.#alarms = deps.journal.table('cloudwatch.alarms');
    this.#history = deps.journal.table('cloudwatch.alarmHistory');
  }

  get size(): number {
    return this.#alarms.size;
  }

  get(name: string): AlarmRecord | undefined {
    return this.#alarms.get(name);
  }

  all(): AlarmRecord[] {
    return [...this.#alarms.values()];
  }

  byArn(arn: string): AlarmRecord | undefined {
    return this.all().find((alarm) => alarm.arn === arn);
  }

  /** Newest last. */
  history(): HistoryRecord[] {
    return [...this.#history.values()];
  }

  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Stores an alarm as it is configured now. */
  configure(alarm: AlarmRecord): void {
    const known = this.#alarms.has(alarm.name);
    this.#alarms.put(alarm.name, alarm);
    this.#note(alarm, 'ConfigurationUpdate', `Alarm "${alarm.name}" ${known ? 'updated' : 'created'}`, {
      type: known ? 'Update' : 'Create',
    });
  }

  /** Stores what changes no history: tags, and whether actions are enabled. */
  put(alarm: AlarmRecord): void {
    this.#alarms.put(alarm.name, alarm);
  }

  delete(alarm: AlarmRecord): void {
    this.#alarms.delete(alarm.name);
    this.#note(alarm, 'ConfigurationUpdate', `Alarm "${alarm.name}" deleted`, { type: 'Delete' });
  }

  /** Where the state is another one, EventBridge and whoever watches learn of it in this turn. */
  setState(alarm: AlarmRecord, { state, reason, reasonData }: NewState): void {
    const nowMs = this.#deps.clock.now();
    const { reasonData: _, ...rest } = alarm;
    const changed = state !== alarm.state;
    const next: AlarmRecord = {
      ...rest,
      ...{ state, reason, stateUpdatedAtMs: nowMs },
      ...(reasonData !== undefined && { reasonData }),
      stateChangedAtMs: changed ? nowMs : alarm.stateChangedAtMs,
    };
    this.#alarms.put(next.name, next);
    if (!changed) return;
    this.#note(next, 'StateUpdate', `Alarm updated from ${alarm.state} to ${state}`, {
      oldState: { stateValue: alarm.state, stateReason: alarm.reason },
      newState: { stateValue: state, stateReason: reason },
    });
    for (const action of actionsOf(next))
      this.#note(next, 'Action', `Local AWS carries out no actions of alarms: ${action}`, {
        actionState: 'Skipped',
        notificationResource: action,
      });
    this.#deps.publish(stateChangeEvent(this.#deps, alarm, next));
    for (const listener of this.#listeners) listener(next.name, state);
  }

  reset(): void {
    emptied([this.#alarms, this.#history]);
  }

  #note(alarm: AlarmRecord, type: HistoryType, summary: string, data: object): void {
    this.#lastEntry ??= Math.max(0, ...[...this.#history.entries()].map(([key]) => Number(key)));
    this.#lastEntry += 1;
    this.#history.put(String(this.#lastEntry), {
      ...{ alarm: alarm.name, atMs: this.#deps.clock.now(), type, summary },
      data: JSON.stringify({ version: '1.0', ...data }),
    });
    for (const [oldest] of this.#history.entries()) {
      if (this.#history.size <= keptHistory) break;
      this.#history.delete(oldest);
    }
  }
}

function actionsOf({ actionsEnabled, state, settings }: AlarmRecord): readonly string[] {
  if (!actionsEnabled) return [];
  if (state === 'OK') return settings.OKActions;
  return state === 'ALARM' ? settings.AlarmActions : settings.InsufficientDataActions;
}
