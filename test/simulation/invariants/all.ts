import type { Invariant } from '../observation.ts';
import { versionsNeverFall } from './i03-versions-never-fall.ts';
import { noOrphans } from './i04-no-orphans.ts';
import { noFalseAbsence } from './i05-no-false-absence.ts';
import { fence } from './i06-fence.ts';
import { oneHolder } from './i06-one-holder.ts';
import { bounds } from './i07-bounds.ts';
import { truthOfVerdicts } from './i08-truth-of-verdicts.ts';
import { wayBack } from './i09-way-back.ts';
import { confluence } from './i11-confluence.ts';
import { intentFirst } from './i12-intent-first.ts';
import { callRates } from './i14-call-rates.ts';
import { poisonIsSetAside } from './i15-poison.ts';
import { clocks } from './i17-clocks.ts';
import { staticStability } from './i20-static-stability.ts';
import { history } from './i23-history.ts';
import { eventStream } from './i25-event-stream.ts';
import { tokens } from './i26-tokens.ts';
import { everythingEnds } from './l-everything-ends.ts';
import { serviceIsTarget } from './l-service-is-target.ts';
import { heardOnce } from './m-heard-once.ts';

/** What has to hold in one run. Determinism (I28) is about two, and is seen to by whoever runs them. */
export const invariants: readonly Invariant[] = [
  versionsNeverFall,
  noOrphans,
  noFalseAbsence,
  oneHolder,
  fence,
  bounds,
  truthOfVerdicts,
  wayBack,
  confluence,
  intentFirst,
  callRates,
  poisonIsSetAside,
  clocks,
  staticStability,
  history,
  eventStream,
  tokens,
  heardOnce,
  everythingEnds,
  serviceIsTarget,
];
