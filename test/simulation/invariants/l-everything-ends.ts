import type { ApplicationState } from '../../../core/applications/model.ts';
import type { DeploymentState } from '../../../core/deployments/model.ts';
import type { JobState } from '../../../core/jobs/model.ts';
import { refKey } from '../../../core/kernel/plan.ts';
import type { ServiceState } from '../../../core/services/model.ts';
import type { Invariant } from '../observation.ts';

/** Liveness: when the faults are over, every deployment ends, nothing is left undone, and nobody is waited for. */
export const everythingEnds: Invariant = {
  name: 'L everything ends',
  watch: (facts) => (observation, report) => {
    if (observation.type !== 'over') return;
    for (const id of facts.acknowledged)
      if (!facts.items.has(`${id.startsWith('app_') ? 'application' : 'deployment'}#${id}`))
        report(`${id} was acknowledged and is not there`);
    for (const item of facts.items.values()) {
      if (item.outbox.length > 0) report(`${refKey(item.ref)} has unsettled effects`);
      if (item.wakeAt !== undefined) report(`${refKey(item.ref)} still waits for something`);
      if (item.ref.kind === 'deployment') {
        const { at } = item.state as DeploymentState;
        if (at.phase !== 'ended') report(`${refKey(item.ref)} never ended: it is ${at.phase}`);
      }
      if (item.ref.kind === 'application') {
        const { at } = item.state as ApplicationState;
        if (at.phase !== 'ended') report(`${refKey(item.ref)} never ended: it is ${at.phase}`);
      }
      if (item.ref.kind === 'job') {
        const { at } = item.state as JobState;
        if (at.phase !== 'ended') report(`${refKey(item.ref)} never ended: it is ${at.phase}`);
      }
      if (item.ref.kind === 'service') {
        const { holder, queue } = item.state as ServiceState;
        if (holder) report(`${holder.deployment} still has ${refKey(item.ref)}`);
        if (queue.length > 0) report(`${queue[0]?.deployment} still waits for ${refKey(item.ref)}`);
      }
    }
  },
};
