import { deploymentStep, type Invariant, serviceStep } from '../observation.ts';

/** I6: one deployment at a time has a service, and only who has it, or had it until this step, aims it. */
export const oneHolder: Invariant = {
  name: 'I6 one holder',
  watch: () => {
    const granted = new Set<string>();
    return (observation, report) => {
      const service = serviceStep(observation);
      if (service) {
        const { state, before, id } = service;
        if (state.holder) granted.add(state.holder.deployment);
        if (state.queue.some(({ deployment }) => deployment === state.holder?.deployment))
          report(`${state.holder?.deployment} has ${id} and waits for it`);
        if (state.generation < (before?.generation ?? 0))
          report(`${id} fell from generation ${before?.generation} to ${state.generation}`);
        const aimer = state.target?.deployment;
        const mayAim = [before?.holder?.deployment, state.holder?.deployment];
        // Nobody's is the way back from what a holder leaves behind that was superseded in the midst of its move.
        const isLeftBehind = aimer === undefined && state.target?.isReturn === true;
        if (aimer !== before?.target?.deployment && !mayAim.includes(aimer) && !isLeftBehind)
          report(`${aimer} aimed ${id}, which ${before?.holder?.deployment ?? 'nobody'} has`);
      }
      const step = deploymentStep(observation);
      if (step && step.state.at.phase === 'preparing' && !granted.has(step.id))
        report(`${step.id} believes that it has the service, and was never given it`);
    };
  },
};
