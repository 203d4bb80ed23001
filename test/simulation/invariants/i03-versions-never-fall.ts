import type { StoredRecord } from '../../../core/kernel/ports.ts';
import { deploymentStep, type Invariant } from '../observation.ts';
import { isSame } from '../same.ts';

/** I3: a stored version never falls, a revision follows the one before it, and an end is the end. */
export const versionsNeverFall: Invariant = {
  name: 'I3 versions never fall, ends absorb',
  watch: () => (observation, report) => {
    if (observation.type === 'recorded') {
      const { partition } = observation.record;
      const [now, then] = [versionOf(observation.record), versionOf(observation.before)];
      if (now < then) report(`${partition} fell from version ${then} to ${now}`);
    }
    if (observation.type === 'committed') {
      const { item, before } = observation;
      if (item.revision !== (before?.revision ?? 0) + 1)
        report(`${item.ref.id} went from revision ${before?.revision ?? 0} to ${item.revision}`);
    }
    const step = deploymentStep(observation);
    if (step?.before?.at.phase === 'ended' && !isSame(step.before, step.state))
      report(`${step.id} had ended ${step.before.at.verdict} and changed`);
  },
};

/** The version that the task itself has, whatever it was stored by. */
const versionOf = (record: StoredRecord | undefined) =>
  (record?.body as { version?: number } | undefined)?.version ?? 0;
