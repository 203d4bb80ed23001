import { deploymentStep, type Invariant, type Observation } from '../observation.ts';

/**
 * I5: a read that lags, fails, is empty or says falsely that there is nothing is no reason to give up. What ECS may
 * really refuse or show is told from outside: somebody deleted or changed a service, or deregistered a task definition.
 */
export const noFalseAbsence: Invariant = {
  name: 'I5 a bad read is no verdict',
  watch: ({ night }) => {
    const outside = new Outside();
    return (observation, report) => {
      outside.see(observation);
      const step = deploymentStep(observation);
      if (!step) return;
      const { at, request } = step.state;
      const { ecsName } = request;
      // What ECS refuses for hours is given up in the end.
      const isNightOfEcs = night?.fault.startsWith('ECS ') ?? false;
      const mayBeRefused = outside.deleted.has(ecsName) || outside.deregistered.has(ecsName) || isNightOfEcs;
      const cause = 'cause' in at ? at.cause : undefined;
      const refusal = 'refused' in at && at.phase !== 'queued' ? at.refused : undefined;
      if (refusal !== undefined && !mayBeRefused) report(`${step.id} believes to be refused: ${refusal}`);
      if (cause?.code === 'refused' && !mayBeRefused) report(`${step.id}: ${cause.text}`);
      if (at.phase !== 'ended' || step.before?.at.phase === 'ended') return;
      const isFalse =
        (/deleted outside/.test(at.reason) && !outside.deleted.has(ecsName)) ||
        (/changed outside/.test(at.reason) && !outside.changed.has(ecsName)) ||
        (/no end could be seen/.test(at.reason) && !night);
      if (isFalse) report(`${step.id}: ${at.reason}`);
    };
  },
};

/** What was done to services by others than Berth: people, ECS's circuit breaker, a write that came after a newer one. */
class Outside {
  readonly deleted = new Set<string>();
  readonly deregistered = new Set<string>();
  readonly changed = new Set<string>();
  readonly #newest = new Map<string, number>();

  see(observation: Observation): void {
    if (observation.type === 'changed-outside') {
      const { action, service } = observation;
      if (action === 'DeleteService') this.deleted.add(service);
      if (action === 'DeregisterTaskDefinition') this.deregistered.add(service);
      else this.changed.add(service);
    }
    if (
      observation.type === 'published' &&
      observation.event.detail.eventName === 'SERVICE_DEPLOYMENT_FAILED'
    )
      this.changed.add((observation.event.resources[0] ?? '').replace(/^.*\//, ''));
    if (observation.type === 'written' && observation.effect?.type === 'apply') {
      const { ecsName, target } = observation.effect;
      const newest = this.#newest.get(ecsName) ?? 0;
      if (target.generation < newest) this.changed.add(ecsName);
      this.#newest.set(ecsName, Math.max(newest, target.generation));
    }
  }
}
