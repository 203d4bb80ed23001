import type { Invariant } from '../observation.ts';
import { clocks } from './clocks.ts';
import { everythingEnds } from './everything-ends.ts';
import { fence } from './fence.ts';
import { heardOnce } from './heard-once.ts';
import { history } from './history.ts';
import { intentFirst } from './intent-first.ts';
import { noFalseRefusal } from './no-false-refusal.ts';
import { oneHolder } from './one-holder.ts';
import { recordsAreTrue } from './records-are-true.ts';
import { serviceIsTarget } from './service-is-target.ts';
import { truthOfVerdicts } from './truth-of-verdicts.ts';
import { versionsNeverFall } from './versions-never-fall.ts';
import { wayBack } from './way-back.ts';

export const invariants: readonly Invariant[] = [
  versionsNeverFall,
  noFalseRefusal,
  oneHolder,
  fence,
  truthOfVerdicts,
  wayBack,
  recordsAreTrue,
  intentFirst,
  clocks,
  heardOnce,
  history,
  everythingEnds,
  serviceIsTarget,
];
