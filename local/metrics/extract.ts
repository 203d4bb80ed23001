import type { Clock } from '../support/clock.ts';
import { embeddedIn } from './embedded.ts';
import { metricId } from './model.ts';
import type { MetricStore } from './store.ts';
import { summaryOf } from './summary.ts';

const names = { parsing: 'EMFParsingErrors', validation: 'EMFValidationErrors' } as const;

/** Puts what log events embed, and counts those that are faulty in `AWS/Logs`. */
export function extractInto(store: MetricStore, clock: Clock) {
  return (group: string, events: readonly { readonly message: string }[]): void => {
    for (const { message } of events) {
      const nowMs = clock.now();
      const found = embeddedIn(message, nowMs);
      if (!found) continue;
      for (const sample of found.samples) store.put(sample, true);
      if (!found.fault) continue;
      const metric = metricId('AWS/Logs', names[found.fault], { LogGroupName: group });
      store.put({ metric, unit: 'None', atMs: nowMs, resolution: 60, summary: summaryOf([[1, 1]]) }, false);
    }
  };
}
