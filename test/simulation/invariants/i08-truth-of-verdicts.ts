import { deploymentStep, type Invariant } from '../observation.ts';
import { behaviourOf } from '../world/containers.ts';
import { imageOf, type SimulatedEcs } from '../world/ecs.ts';

/** A look may be this old when it comes to a verdict: it lagged, and who looked was slow or frozen. */
const maxAgeMs = 480_000;

/** I8: a verdict that says what runs is right: ECS itself had that, and all of it, when it was looked at. */
export const truthOfVerdicts: Invariant = {
  name: 'I8 success is what runs',
  watch: (facts) => {
    const completeAt = new Map<string, number>();
    const emptiedAt = new Map<string, number>();
    return (observation, report) => {
      if (observation.type === 'looked') {
        const running = whatRunsComplete(facts.ecs, observation.ecsName);
        if (running) completeAt.set(`${observation.ecsName} ${running}`, observation.now);
      }
      if (observation.type === 'called' && observation.input.desiredCount === 0)
        emptiedAt.set(String(observation.input.service ?? observation.input.serviceName), observation.now);
      const step = deploymentStep(observation);
      if (step?.state.at.phase !== 'ended' || step.before?.at.phase === 'ended') return;
      const { verdict } = step.state.at;
      const move = step.before?.at;
      if (verdict !== 'succeeded' && verdict !== 'rolled_back') return;
      // A trial that was given up has moved nothing.
      if (move?.phase === 'closing' && move.cause.ecsName !== undefined) return;
      if (move?.phase !== 'moving' && move?.phase !== 'rolling_back')
        return report(`${step.id} ended ${verdict} while it was ${move?.phase}`);
      const { ecsName, what } = step.state.request;
      const { taskDefinitionArn } = move.aim.release;
      const sawIt = completeAt.get(`${ecsName} ${taskDefinitionArn}`) ?? 0;
      if (step.now - sawIt > maxAgeMs)
        report(`${step.id} ended ${verdict}, but ${taskDefinitionArn} was not what ran`);
      const image = imageOf(facts.ecs, taskDefinitionArn);
      if (verdict === 'succeeded' && what.type === 'content' && what.spec.image !== image)
        report(`${step.id} was to run ${what.spec.image} and succeeded with ${image}`);
      // With no tasks wanted any release is all there, and ECS does not take that back when more are wanted.
      if (
        verdict === 'succeeded' &&
        !servesSomehow.test(behaviourOf(image)) &&
        (emptiedAt.get(ecsName) ?? 0) < move.since - facts.mostApartMs
      )
        report(`${step.id} succeeded with ${image}, which never works`);
    };
  },
};

const servesSomehow = /^(?:works|worse|dies)$/;

/** The task definition that is all that runs, where ECS has completed its deployment. */
function whatRunsComplete(ecs: SimulatedEcs, ecsName: string): string | undefined {
  const service = ecs.service(ecsName);
  const primary = service?.deployments.find(({ status }) => status === 'PRIMARY');
  if (!service || primary?.rolloutState !== 'COMPLETED') return undefined;
  const running = ecs.tasks(ecsName).filter(({ lastStatus }) => lastStatus === 'RUNNING');
  const isOurs = running.every(({ definitionArn }) => definitionArn === primary.definitionArn);
  if (!hasAllTraffic(ecs, primary.revisionArn)) return undefined;
  return isOurs && running.length >= service.desiredCount ? primary.definitionArn : undefined;
}

/** Where traffic is shifted between two groups, all of it is the revision's. */
function hasAllTraffic(ecs: SimulatedEcs, revisionArn: string): boolean {
  const { loadBalancers = [], servingGroups = [] } = ecs.revision(revisionArn) ?? {};
  const rule = loadBalancers[0]?.advancedConfiguration?.productionListenerRule;
  if (rule === undefined) return true;
  return ecs
    .weights(rule)
    .every(({ targetGroupArn, weight }) => weight === 0 || targetGroupArn === servingGroups[0]);
}
