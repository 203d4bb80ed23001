import type { Invariant } from '../observation.ts';
import { together } from './a1-together.ts';
import { traffic } from './c1-traffic.ts';
import { held } from './c2-held.ts';
import { nothingBeside } from './c3-nothing-beside.ts';
import { gatesAndJobs } from './c4-gates.ts';
import { judgement } from './c5-judgement.ts';
import { whoSaidIt } from './c6-who-said-it.ts';
import { stepByStep } from './c7-step-by-step.ts';
import { oneTask } from './i01-one-task.ts';
import { versionsNeverFall } from './i03-versions-never-fall.ts';
import { noOrphans } from './i04-no-orphans.ts';
import { noFalseAbsence } from './i05-no-false-absence.ts';
import { fence } from './i06-fence.ts';
import { oneHolder } from './i06-one-holder.ts';
import { bounds } from './i07-bounds.ts';
import { truthOfVerdicts } from './i08-truth-of-verdicts.ts';
import { wayBack } from './i09-way-back.ts';
import { breaker } from './i10-breaker.ts';
import { confluence } from './i11-confluence.ts';
import { intentFirst } from './i12-intent-first.ts';
import { callRates } from './i14-call-rates.ts';
import { poisonIsSetAside } from './i15-poison.ts';
import { counts } from './i16-counts.ts';
import { clocks } from './i17-clocks.ts';
import { commits } from './i19-commits.ts';
import { staticStability } from './i20-static-stability.ts';
import { history } from './i23-history.ts';
import { eventStream } from './i25-event-stream.ts';
import { tokens } from './i26-tokens.ts';
import { everythingEnds } from './l-everything-ends.ts';
import { serviceIsTarget } from './l-service-is-target.ts';
import { heardOnce } from './m-heard-once.ts';

/** What has to hold in one run. Determinism (I28) is about two, and is seen to by whoever runs them. */
export const invariants: readonly Invariant[] = [
  oneTask,
  versionsNeverFall,
  noOrphans,
  noFalseAbsence,
  oneHolder,
  fence,
  bounds,
  truthOfVerdicts,
  wayBack,
  breaker,
  confluence,
  intentFirst,
  callRates,
  poisonIsSetAside,
  counts,
  clocks,
  commits,
  staticStability,
  history,
  eventStream,
  tokens,
  heardOnce,
  traffic,
  held,
  nothingBeside,
  gatesAndJobs,
  judgement,
  whoSaidIt,
  stepByStep,
  together,
  everythingEnds,
  serviceIsTarget,
];
