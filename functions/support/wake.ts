import { parseWake } from '../../core/aws/alarms.ts';
import { Poison } from '../../core/intake/classify.ts';
import { refKey } from '../../core/kernel/plan.ts';
import type { Engine } from '../../core/kernel/reconcile.ts';
import { type BatchAnswer, type BatchDependencies, eachRecord, type QueueEvent } from './batch.ts';

interface Dependencies extends BatchDependencies {
  readonly engine: Pick<Engine, 'wake'>;
}

/** Looks at the aggregates that a batch of wake-ups names, each once. */
export function lookAtEach(event: QueueEvent, deps: Dependencies): Promise<BatchAnswer> {
  const looks = new Map<string, Promise<void>>();
  return eachRecord(
    event,
    async (body) => {
      const ref = parseWake(body);
      if (!ref) throw new Poison('the message names no aggregate');
      const key = refKey(ref);
      if (!looks.has(key)) looks.set(key, deps.engine.wake([ref]));
      await looks.get(key);
    },
    deps,
  );
}
