import { deploymentStep, type Facts, type Invariant } from '../observation.ts';
import { behaviourOf, type SimulatedEcs } from '../world/ecs.ts';

/** A look may be this old when it comes to a verdict: it lagged, and who looked was slow or frozen. */
const maxAgeMs = 120_000;

/** I8: a verdict that says what runs is right: ECS itself had that, and all of it, when it was looked at. */
export const truthOfVerdicts: Invariant = {
  name: 'I8 success is what runs',
  watch: (facts) => {
    const completeAt = new Map<string, number>();
    return (observation, report) => {
      if (observation.type === 'looked') {
        const running = whatRunsComplete(facts.ecs, observation.ecsName);
        if (running) completeAt.set(`${observation.ecsName} ${running}`, observation.now);
      }
      const step = deploymentStep(observation);
      if (step?.state.at.phase !== 'ended' || step.before?.at.phase === 'ended') return;
      const { verdict } = step.state.at;
      const move = step.before?.at;
      if (verdict !== 'succeeded' && verdict !== 'rolled_back') return;
      if (move?.phase !== 'moving' && move?.phase !== 'rolling_back')
        return report(`${step.id} ended ${verdict} while it was ${move?.phase}`);
      const { ecsName, what } = step.state.request;
      const { taskDefinitionArn } = move.aim.release;
      const sawIt = completeAt.get(`${ecsName} ${taskDefinitionArn}`) ?? 0;
      if (step.now - sawIt > maxAgeMs)
        report(`${step.id} ended ${verdict}, but ${taskDefinitionArn} was not what ran`);
      const image = facts.ecs.imageOf(taskDefinitionArn);
      if (verdict === 'succeeded' && what.type === 'content' && what.spec.image !== image)
        report(`${step.id} was to run ${what.spec.image} and succeeded with ${image}`);
      if (
        verdict === 'succeeded' &&
        behaviourOf(image) !== 'works' &&
        !wasEmpty(facts, ecsName, move.aim.count)
      )
        report(`${step.id} succeeded with ${image}, which never works`);
    };
  },
};

/** With no tasks wanted, any release is all there. */
const wasEmpty = ({ ecs }: Facts, ecsName: string, count: number | undefined) =>
  count === 0 || ecs.service(ecsName)?.desiredCount === 0;

/** The task definition that is all that runs, where ECS has completed its deployment. */
function whatRunsComplete(ecs: SimulatedEcs, ecsName: string): string | undefined {
  const service = ecs.service(ecsName);
  const primary = service?.deployments.find(({ status }) => status === 'PRIMARY');
  if (!service || primary?.rolloutState !== 'COMPLETED') return undefined;
  const running = ecs.tasks(ecsName).filter(({ lastStatus }) => lastStatus === 'RUNNING');
  const isOurs = running.every(({ definitionArn }) => definitionArn === primary.definitionArn);
  return isOurs && running.length >= service.desiredCount ? primary.definitionArn : undefined;
}
