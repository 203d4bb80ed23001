import type { Clock, Timer } from '../../support/clock.ts';
import { AwsError } from '../../support/service.ts';
import { answerQueries } from '../query.ts';
import type { MetricStore } from '../store.ts';
import type { AlarmBook } from './book.ts';
import { type Datapoint, decideState, evaluationRange, type Verdict } from './decide.ts';
import { awsTime } from './event.ts';
import type { AlarmRecord } from './model.ts';
import { reasonOf } from './reason.ts';

const minuteMs = 60_000;
const shortMs = 10_000;
/** After the end of a period, so that what is measured at its end is there. */
const lagMs = 1000;

/** Looks at every alarm each minute, at those of short periods every ten seconds; without alarms it rests. */
export class AlarmWatch {
  readonly #book: AlarmBook;
  readonly #store: MetricStore;
  readonly #clock: Clock;
  #timer: Timer | undefined;
  #running = false;

  constructor(book: AlarmBook, store: MetricStore, clock: Clock) {
    this.#book = book;
    this.#store = store;
    this.#clock = clock;
  }

  start(): void {
    this.#running = true;
    this.wake();
  }

  stop(): void {
    this.#running = false;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** To be called when alarms were added or changed. */
  wake(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const alarms = this.#book.all();
    if (!this.#running || alarms.length === 0) return;
    const everyMs = alarms.some(isShort) ? shortMs : minuteMs;
    const nowMs = this.#clock.now();
    const nextMs = Math.floor((nowMs - lagMs) / everyMs) * everyMs + everyMs + lagMs;
    this.#timer = this.#clock.after(nextMs - nowMs, () => {
      this.#look(nextMs - lagMs);
      this.wake();
    });
  }

  #look(boundaryMs: number): void {
    for (const alarm of this.#book.all()) {
      if (!isShort(alarm) && boundaryMs % minuteMs !== 0) continue;
      const verdict = this.#attempt(alarm, boundaryMs);
      if (!verdict || (verdict.state === alarm.state && alarm.reasonData !== undefined)) continue;
      this.#book.setState(alarm, {
        state: verdict.state,
        reason: reasonOf(alarm.rule, verdict),
        reasonData: JSON.stringify(reasonData(alarm, verdict, this.#clock.now())),
      });
    }
  }

  /** An expression that only now turns out to give no series leaves the alarm as it is. */
  #attempt(alarm: AlarmRecord, boundaryMs: number): Verdict | undefined {
    try {
      return this.#verdictOn(alarm, boundaryMs);
    } catch (error) {
      if (error instanceof AwsError) return undefined;
      throw error;
    }
  }

  #verdictOn(alarm: AlarmRecord, endMs: number): Verdict | undefined {
    const periodMs = alarm.periodSeconds * 1000;
    const fromMs = endMs - evaluationRange(alarm.rule) * periodMs;
    const points = valuesOf(this.#store, alarm, fromMs, endMs);
    const range: Datapoint[] = [];
    for (let atMs = fromMs; atMs < endMs; atMs += periodMs) range.push({ atMs, value: points?.get(atMs) });
    return decideState(alarm.rule, range);
  }
}

/** What the alarm's one query that returns data gives, by the moment at which each period begins. */
export function valuesOf(
  store: MetricStore,
  { queries }: Pick<AlarmRecord, 'queries'>,
  fromMs: number,
  toMs: number,
): ReadonlyMap<number, number> | undefined {
  const answers = answerQueries(store, queries, (periodSeconds) => ({
    ...{ fromMs, toMs, periodMs: periodSeconds * 1000 },
  }));
  return answers.flatMap(({ series }) => series)[0]?.points;
}

/** Its periods, and the wait for the look that follows. */
export function noticesWithinMs(alarm: AlarmRecord | undefined): number {
  if (!alarm) return 0;
  const { rule, periodSeconds } = alarm;
  return rule.evaluationPeriods * periodSeconds * 1000 + (isShort(alarm) ? shortMs : minuteMs) + lagMs;
}

const isShort = ({ periodSeconds }: AlarmRecord): boolean => periodSeconds < 60;

function reasonData(alarm: AlarmRecord, { recent }: Verdict, nowMs: number) {
  const { Statistic, ExtendedStatistic, Unit } = alarm.settings;
  return {
    version: '1.0',
    queryDate: awsTime(nowMs),
    ...(recent.length > 0 && { startDate: awsTime(recent.at(-1)!.atMs) }),
    ...(Statistic !== undefined && { statistic: Statistic }),
    ...(ExtendedStatistic !== undefined && { statistic: ExtendedStatistic }),
    ...(Unit !== undefined && { unit: Unit }),
    period: alarm.periodSeconds,
    recentDatapoints: recent.map(({ value }) => value).toReversed(),
    threshold: alarm.rule.threshold,
    evaluatedDatapoints: recent.map(({ atMs, value }) => ({ timestamp: awsTime(atMs), value })),
  };
}
